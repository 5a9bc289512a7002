import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTriageClassifier, type TriageClassifier } from '../../src/classifier/index.js';
import type { Region } from '../../src/domain/region.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';

let region: Region;
let triage: TriageClassifier;

beforeAll(async () => {
  region = await readRegion(findRegionDir('nizhny-novgorod'));
  triage = createTriageClassifier(region);
});

function nameOf(code: string | null): string {
  return region.topics.find((topic) => topic.code === code)?.name ?? 'нет темы';
}

describe('the topic of a complaint', () => {
  it.each([
    ['На нашей улице сплошные ямы и колдобины, машину уже разбили', /покрытие асфальтовых дорог/],
    ['Третий день не чистят снег на дороге, проехать нельзя', /Уборка дорог от снега/],
    ['Тротуар не посыпают, скользко, гололёд, люди падают', /Уборка тротуаров от снега/],
    ['Не вывозят мусор вторую неделю, контейнеры переполнены', /контейнерных площадок/],
    ['В квартире холодно, батареи еле тёплые', /отключение отопления/],
    ['Опять отключили воду, сидим без воды с утра', /Отсутствие холодной/],
    ['Из крана течёт ржавая вода', /качество воды/],
    ['Стая бездомных собак нападает на детей', /Отлов безнадзорных/],
    ['Не горят фонари на всей улице, вечером темно', /освещения на дорогах/],
    ['Автобус опять не приехал, ждали его сорок минут', /График движения/],
    ['Невозможно записаться к врачу, талонов нет', /Очередь в учреждениях/],
    ['Открытый люк у подъезда, крышки нет', /Канализационные люки/],
    ['Сломаны качели на детской площадке', /конструкций на детской/],
    ['Водитель маршрутки нахамил и не остановился', /поведение и нарушение правил/],
    ['Течёт крыша, заливает квартиру на пятом этаже', /Протечки с кровли/],
    ['Не работает лифт, пожилые не могут подняться', /лифтов/],
    ['Сосульки на крыше нависают над входом', /снега и наледи с крыш/],
    ['В деревне совсем нет интернета, сайты не открываются', /интернета/],
    ['Скачки напряжения, свет мигает, сгорел холодильник', /качество электроснабжения/],
    ['Свет отключили во всём посёлке', /Отключение электричества/],
    ['Нужно спилить аварийное дерево, оно нависает над домом', /опиловка/],
    ['Не дают место в детском саду', /ДОУ/],
    ['Задержка зарплаты уже два месяца', /заработной платы/],
    ['Не выдают льготные лекарства по рецепту', /Льготные лекарства/],
    ['Кто-то устроил стихийную свалку в овраге', /Нарушения при обращении с отходами/],
    ['Светофор на перекрёстке не работает', /светофоров/],
    ['Машины паркуются прямо на газоне', /Парковка на газонах/],
    ['Когда в деревню проведут газ?', /газификации/],
  ])('%s', (text, topic) => {
    const found = triage.classify(text);

    expect(nameOf(found.topic)).toMatch(topic);
    expect(found.confidence).toBeGreaterThanOrEqual(region.confidenceThreshold);
  });

  it('is the same with ё and е, in capitals, in HTML, with stress marks and Latin lookalikes', () => {
    const plain = triage.classify('Гололед на тротуаре, не посыпают').topic;
    const variants = [
      'Гололёд на тротуаре, не посыпают',
      'ГОЛОЛЁД НА ТРОТУАРЕ, НЕ ПОСЫПАЮТ',
      '<p style="color:red">Гололед&nbsp;на <b>тротуаре</b>,<br>не посыпают</p>',
      'Гололе\u0308д на тротуа\u0301ре, не по\u00adсыпают',
      'Гoлoлeд нa трoтуape, не пocыпaют',
      '😡😡 Гололед на тротуаре 🧊 не посыпают!!!',
    ];

    expect(plain).not.toBeNull();
    for (const text of variants) expect(triage.classify(text).topic).toBe(plain);
  });

  it('tells the word that a stem confuses from the one that is meant', () => {
    const almost = triage.classify('почти каждый раз одно и то же');
    const metres = triage.classify('в двух метрах от забора');

    expect(almost.suggestions.flatMap((one) => one.because)).not.toContain('=почта');
    expect(nameOf(metres.topic)).not.toMatch(/метрополитена/);
  });

  it('says which words spoke for each of at most five suggestions, best first', () => {
    const { topic, confidence, suggestions, source } = triage.classify(
      'Яма на дороге у школы, рядом открытый люк и не горит фонарь',
    );

    expect(source).toBe('rule');
    expect(suggestions).toHaveLength(5);
    expect(suggestions[0]).toMatchObject({ topic, confidence });
    for (const one of suggestions) expect(one.because.length).toBeGreaterThan(0);
    const confidences = suggestions.map((one) => one.confidence);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
  });

  it.each(['', '   ', '😀😀😀', '12345', '<br>', '\u200b\u0000', 'абырвалг', '\ud800'])(
    'is none, with no confidence, when nothing speaks for any: %j',
    (text) => {
      expect(triage.classify(text)).toEqual({
        topic: null,
        confidence: 0,
        source: 'rule',
        suggestions: [],
        kind: 'complaint',
        spam: false,
      });
    },
  );

  it('stays unsure when the words fit several topics', () => {
    expect(triage.classify('снег').confidence).toBeLessThan(region.confidenceThreshold);
  });

  it('has words for every topic of the region', () => {
    const covered = new Set(region.lexicon.entries.map((entry) => entry.topic));

    expect(region.topics.filter((topic) => !covered.has(topic.code))).toEqual([]);
  });

  it('does not depend on what was classified before', () => {
    const text = 'Не вывозят мусор и не чистят снег во дворе';
    const fresh = createTriageClassifier(region).classify(text);
    triage.classify('Нет воды. Спасибо!');

    expect(triage.classify(text)).toEqual(fresh);
  });

  it.each([
    ['one word', 'вода '],
    ['open tags', '<a'],
    ['open brackets', '<'],
    ['entities', '&amp;'],
    ['one long word', 'а'],
    ['abbreviations', 'р-'],
    ['every word denied', 'не вывозят нет воды '],
  ])('reads a hostile megabyte to its end: %s', (_name, piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    // Some 20 ms; what is quadratic takes minutes, which the runner does not give it.
    expect(triage.classify(text).suggestions.length).toBeLessThanOrEqual(5);
    expect(triage.findMunicipality(text).municipality).toBeNull();
  });

  it('reads the first 20,000 characters and no more', () => {
    const filler = 'очень '.repeat(4000);

    expect(triage.classify(`${filler} прорвало канализацию`).topic).toBeNull();
    expect(triage.classify(`прорвало канализацию ${filler}`).topic).not.toBeNull();
  });
});
