/** One kind of personal data in Russian texts. */
export interface PersonalDataKind {
  /** The whole match is hidden; what stays readable (a label, a house) is looked for around it. */
  pattern: RegExp;
  /** Told from what only looks alike; all matches are meant when absent. */
  isReally?: (match: string) => boolean;
}

const GAP = '[ \\u00a0\\u2007\\u2009\\u202f()./_\\u2010-\\u2015\\u2212-]{0,3}';
/** A digit, or a letter that people put in its place so that a robot does not find the number. */
const DIGIT = '[\\dОоOoЗз]';
const LAST_SEVEN = `${DIGIT}{3}${GAP}${DIGIT}{2}${GAP}${DIGIT}{2}(?!\\d)`;
/** Numbers of papers, meters and sums that have as many digits as something private. */
const NO_PAPER =
  '(?<!(?:договор|заявк|заявлени|обращени|показани|сч[её]тчик|приказ|квитанци|протокол|накладн|акт|лиц(?:\\.|ев\\p{L}{0,12}) ?сч[её]т|л\\/с)\\p{L}{0,4}[^\\d\\n]{0,15})';
/**
 * What stands before a part that is hidden, and is itself read on. `first`: how the part begins, so that not every
 * letter of a text is looked back from. All repetitions are bounded: a text costs no more than its length.
 */
const after = (label: string, first = '\\d'): string => `(?=${first})(?<=${label})`;

const NUMERAL =
  '(?:н[оу]ль|один|два|три|четыре|пять|шесть|семь|восемь|девять|десять|\\p{L}{2,6}надцать|двадцать|тридцать|сорок|\\p{L}{4,6}десят|девяносто|сто|двести|триста|четыреста|\\p{L}{4,6}сот)';
const NUMERALS_MIN = 5;

const PLATE = '[АВЕКМНОРСТУХABEKMHOPCTYX]';
const BORN = '(?:г\\.? ?р\\.?(?!\\p{L})|год[а]? рожд|г\\. ?рожд)';
const MONTH =
  '(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)';
const STREET =
  '(?:ул(?:\\.|иц\\p{L}{0,12})|пр(?:\\.|-т|осп\\p{L}{0,12})|пер(?:\\.|еул\\p{L}{0,12})|б-р|бульвар\\p{L}{0,12}|ш(?:\\.|оссе)|наб(?:\\.|ережн\\p{L}{0,12})|пл(?:\\.|ощад\\p{L}{0,12}))';
const NAME = '\\p{Lu}[\\p{L}-]{0,30}\\.?';
const PATRONYMIC =
  '\\p{Lu}\\p{Ll}{1,20}?(?:[оеё]вич|[ьи]ич|[оеё]вн|ичн|иничн)(?:а|у|ем|е|ы|ой|ою)?(?!\\p{L})';

const kind = (
  pattern: string,
  flags = 'giu',
  isReally?: PersonalDataKind['isReally'],
): PersonalDataKind => ({
  pattern: new RegExp(pattern, flags),
  ...(isReally && { isReally }),
});

/**
 * Data by which a stranger could find, call or impersonate somebody, as people write it: phones (not the free numbers
 * of authorities, 8 800; also in words), mail addresses, profiles, passports and other papers, SNILS, INN, bank cards (by
 * their check digit) and accounts, number plates, dates of birth, who introduces himself, and numbers of flats, whose
 * house may be read: it is what the complaint is about. In this order: the longer number before the shorter.
 */
export const PERSONAL_DATA_KINDS: readonly PersonalDataKind[] = [
  kind(
    '(?<![\\p{L}\\p{N}_.+-])[\\p{L}\\p{N}_.+-]{1,64} ?@ ?[\\p{L}\\p{N}_-]+(?:\\.[\\p{L}\\p{N}_-]+)+',
  ),
  kind(
    '(?<![\\w.+-])[\\w.+-]{1,64} ?(?:[(\\[](?:at|собака|сабака)[)\\]]|(?:собака|сабака)) ?[\\w-]+(?: ?(?:\\.|[(\\[]?(?:точка|dot)[)\\]]?) ?[\\w-]+)+',
  ),
  kind(
    '(?:https?://)?(?:www\\.|m\\.)?(?:(?:vk\\.com|vk\\.ru|vkontakte\\.ru)/(?!wall-|photo-|video-|topic-|album-|club|public|event)|ok\\.ru/(?=profile)|(?:t\\.me|telegram\\.me|wa\\.me|instagram\\.com|facebook\\.com)/)[\\w./-]*\\w',
  ),
  kind('(?<![\\p{L}\\p{N}_.@/-])@[a-z_][\\w.]{2,30}\\w'),
  // Accounts of people: by the Bank of Russia's plan of accounts 40817, 40820, 423 and 426.
  kind('(?<!\\d)(?:40817|40820|423\\d{2}|426\\d{2})(?:[ .-]?\\d){15}(?!\\d)'),
  kind(`${NO_PAPER}(?<!\\d)(?:\\d[ -]?){15,18}\\d(?!\\d)`, 'giu', isCard),
  kind(`${after('полис\\p{L}{0,12}[^\\d\\n]{0,15}')}\\d{4}(?: ?\\d{4}){3}(?!\\d)`),
  kind(
    `(?<![\\d+])(?:\\+?7|8)${GAP}(?!800)${DIGIT}{3}${GAP}${LAST_SEVEN}` +
      `|(?<![\\d+])(?:\\+7|(?:7|8)(?=${GAP}9))(?!${GAP}800)(?:${GAP}${DIGIT}){10}(?!\\d)` +
      `|(?<![\\d+])(?:\\+?7|8)(?:[ .\\u2010-\\u2015-]\\d){10}(?!\\d)`,
  ),
  kind(`${NO_PAPER}(?<!\\d)9${DIGIT}{2}${GAP}${LAST_SEVEN}`),
  kind(
    `${after('(?<!\\p{L})(?:тел(?:ефон\\p{L}{0,2})?|моб(?:ильн\\p{L}{0,12})?|сот(?:ов\\p{L}{0,12})?)[.:]*[ №:–-]{0,3}')}(?!8${GAP}800)\\d(?:${GAP}\\d){4,10}(?!\\d)`,
  ),
  kind(
    `(?<!\\p{L})(?:${NUMERAL}|\\d{1,3})(?:[\\s,.–-]{1,3}(?:${NUMERAL}|\\d{1,3})){6,}(?![\\p{L}\\d])`,
    'giu',
    (match) => (match.match(new RegExp(NUMERAL, 'giu')) ?? []).length >= NUMERALS_MIN,
  ),
  kind('(?<!\\d)\\d{3}-\\d{3}-\\d{3}[ -]?\\d{2}(?!\\d)'),
  kind(`${after('снилс[^\\d\\n]{0,8}')}\\d{3}(?:[ -]?\\d{3}){2}[ -]?\\d{2}(?!\\d)`),
  kind(`${NO_PAPER}(?<!\\d)\\d{2} ?\\d{2}(?:,? *(?:№|номер|N) *| +)\\d{6}(?!\\d)`),
  kind(
    `${after('паспорт\\p{L}{0,12}[^\\d\\n]{0,20}')}(?:\\d{4} ?\\d{6}|\\d{2} ?(?:№ ?)?\\d{7}|\\d{6}[,;]? (?=\\d{4}))(?!\\d)`,
  ),
  kind('(?<![\\p{L}\\d])[IVXLCМХ]{1,5} ?[-–] ?[А-ЯЁ]{2} ?(?:№|N)? ?\\d{6}(?!\\d)', 'gu'),
  kind(
    `${after('военн\\p{L}{0,12} билет\\p{L}{0,12}[^\\d\\n]{0,12}?', '[А-ЯЁ\\d]')}(?:[А-ЯЁ]{2}[ -]?)?(?:№|N)? ?\\d{6,7}(?!\\d)`,
  ),
  kind(
    `${after('(?:водительск\\p{L}{0,12} (?:удостоверени|прав)\\p{L}{0,12}|(?<!\\p{L})ву)[^\\d\\n]{0,15}')}\\d{2} ?(?:\\d{2}|[А-Я]{2}) ?(?:№ ?)?\\d{6}(?!\\d)`,
  ),
  kind(`${after('\\p{L}{0,3}инн[^\\d\\n]{0,8}')}\\d{4}(?: ?\\d{4}){2}(?!\\d)`),
  kind(`(?<![\\p{L}\\d])${PLATE}\\d{3}${PLATE}{2} ?\\d{2,3}(?:\\s?rus)?(?![\\p{L}\\d])`),
  // Spaced ones in capitals only: "к 100 км 52" is a place on a road.
  kind(`(?<![\\p{L}\\d])${PLATE} \\d{3} ${PLATE}{2} \\d{2,3}(?![\\p{L}\\d])`, 'gu'),
  kind(
    `${after('(?:дат\\p{L}{0,12} рождения|родил\\p{L}{0,12}|рожд[её]н\\p{L}{0,12}|г\\. ?р\\.)[^\\d\\n]{0,12}')}\\d{1,2}(?:[./-]\\d{1,2}[./-]| ${MONTH} )(?:\\d{4}|\\d{2})(?!\\d)`,
  ),
  kind(`(?<!\\d)(?:\\d{1,2}[./-]\\d{1,2}[./-]|\\d{1,2} ${MONTH} )?(?:19|20)\\d{2}(?= ?${BORN})`),
  kind(
    `${after('(?<!\\p{L})[кК]в(?:артир(?:а|е|у|ы|ой))?\\.?[ \\u00a0]*(?:№|N|номер)?[ \\u00a0]*')}\\d{1,4}(?:-?[а-я](?!\\p{L}))?(?!\\d|[ ]?(?:м|кв)(?!\\p{L})|[ ]?метр)`,
  ),
  kind(
    '(?<![\\p{L}\\d.,])\\d{1,4}(?:-?(?:[йяюе]|ой|ей|ую)(?= квартир)|(?= квартир(?:е|у|ой)(?!\\p{L})))',
  ),
  kind(`${after('(?<!\\p{L})ком(?:нат(?:а|е|у|ы|ой))?\\.? ?(?:№ ?)?')}\\d{1,4}(?!\\d|[ ]?м)`),
  kind(
    `${after(`(?<!\\p{L})${STREET} ?\\p{L}[^\\d\\n]{0,40}(?<!дом(?:а|ов|ах|ам)[^\\d\\n]{0,6})\\d{1,3}[а-г]? ?- ?`)}\\d{1,4}(?![\\d-]|[а-г]?(?: ?(?:м|мм|см|км|метр\\p{L}{0,12}|раз\\p{L}{0,12}|дн\\p{L}{0,12}|час\\p{L}{0,12}|мин\\p{L}{0,12}|лет|чел\\p{L}{0,12})(?!\\p{L})))`,
  ),
  kind(
    `${after('код\\p{L}{0,2} (?:от )?(?:домофон|подъезд|двер)\\p{L}{0,12}[^\\d\\n]{0,5}', '[\\dкk*#]')}[\\dкk*#]{2,8}`,
  ),
  kind(
    `${after('(?:[Мм]еня зовут|[Мм]оя фамилия|[Сс] уважением|Ф\\.? ?И\\.? ?О\\.?|[Фф]амилия, имя, отчество)[,:]?\\s{1,3}', '\\p{Lu}')}${NAME}(?:[ ]?${NAME}){0,2}`,
    'gu',
  ),
  kind(`(?<!\\p{L})(?:${NAME} ){1,2}${PATRONYMIC}(?: \\p{Lu}\\p{Ll}{1,30})?`, 'gu'),
];

/** Luhn's check digit: what tells a card from another long number. */
function isCard(match: string): boolean {
  const digits = match.replace(/\D/g, '');
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits.length >= 16 && sum % 10 === 0;
}
