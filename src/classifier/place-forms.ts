/**
 * Russian case forms of one word of a place name, folded (lower case, ё as е). A name is declined by its ending, which
 * tells «в Кстове» from «Кстовского» better than a stem does; a form too many harms less than a form too few.
 */
export function caseForms(word: string): Set<string> {
  const forms = new Set([word]);
  const add = (stem: string, endings: string): void => {
    for (const ending of endings.split(' ')) forms.add(stem + (ending === '-' ? '' : ending));
  };
  const cut = (length: number): string => word.slice(0, -length);
  if (/(?:ий|ый)$/.test(word)) add(cut(2), 'ий ый ого его ому ему им ым ом ем');
  else if (/[^ь](?:ое|ее)$/.test(word)) add(cut(2), 'ое ее ого его ому ему им ым ом ем');
  else if (/ая$/.test(word)) add(cut(2), 'ая ой ую ою');
  else if (/яя$/.test(word)) add(cut(2), 'яя ей юю ею');
  else if (/[ыи]е$/.test(word)) add(cut(2), 'ые ие ых их ым им ыми ими');
  else if (/ье$/.test(word)) add(cut(1), 'е я ю ем');
  else if (/о$/.test(word)) add(cut(1), 'о а у ом е');
  else if (/а$/.test(word)) add(cut(1), 'а ы и е у ой ою');
  else if (/я$/.test(word)) add(cut(1), 'я и е ю ей ею');
  else if (/ь$/.test(word)) add(cut(1), 'ь я ю ем е и ью');
  else if (/[ыи]$/.test(word)) {
    add(cut(1), '- ы и ов ей ам ами ах');
    // «Починки» → «из Починок»: a vowel steps into the bare stem.
    if (/[^аеиоуыэюя]к[и]$/.test(word)) add(cut(2), 'ок ек');
  } else if (/[^аеиоуыэюя]ец$/.test(word)) add(cut(2), 'ца цу цом цем це');
  else if (/[бвгджзклмнпрстфхцчшщ]$/.test(word)) add(word, 'а у ом ем ым е');
  return forms;
}

/** True for «Воскресенское», «Ждановский»: a name that is also the form of an adjective. */
export function isAdjective(word: string): boolean {
  return /(?:ий|ый|ая|яя|[^ь]ое|ее|[ыи]е)$/.test(word);
}

/** True when this form of a place's name is as likely a person's: «Павлова» of Павлово, any form of Семёнов. */
export function isSurnameForm(name: string, form: string): boolean {
  if (/(?:ов|ев|ин|ын)$/.test(name)) return true;
  return /(?:ов|ев|ин|ын)о$/.test(name) && form !== name;
}
