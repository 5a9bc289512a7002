import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTriageClassifier, type TriageClassifier } from '../../src/classifier/index.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';

let triage: TriageClassifier;

beforeAll(async () => {
  triage = createTriageClassifier(await readRegion(findRegionDir('nizhny-novgorod')));
});

describe('the municipality named in a text', () => {
  it.each([
    ['в Арзамасе не чистят снег', 'arzamas'],
    ['жители арзамасского района', 'arzamas'],
    ['Арзамасский муниципальный округ', 'arzamas'],
    ['Живу на Бору, нет воды', 'bor'],
    ['г.Бор, ул. Ленина', 'bor'],
    ['город бор', 'bor'],
    ['Кстово, ул. Чванова', 'kstovsky'],
    ['в кстове', 'kstovsky'],
    ['кстовского р-на', 'kstovsky'],
    ['в Кстовском р-не', 'kstovsky'],
    ['из нижнего новгорода', 'nizhny-novgorod'],
    ['Н.Новгород', 'nizhny-novgorod'],
    ['г. Н. Новгород ул. Арзамасская', 'nizhny-novgorod'],
    ['г. Саров', 'sarov'],
    ['Саров, проспект Мира', 'sarov'],
    ['в Сарове', 'sarov'],
    ['Арзамас-16', 'sarov'],
    ['улица Первомайская, Дзержинск', 'dzerzhinsk'],
    ['в Первомайске', 'pervomaysk'],
    ['в Павлово', 'pavlovsky'],
    ['в Павлове', 'pavlovsky'],
    ['Павловский район', 'pavlovsky'],
    ['Павловского муниципального округа', 'pavlovsky'],
    ['город Семёнов', 'semyonovsky'],
    ['в Семенове', 'semyonovsky'],
    ['в г. Семенове', 'semyonovsky'],
    ['Семеновский округ', 'semyonovsky'],
    ['обл., Семёнов, ул. Гагарина', 'semyonovsky'],
    ['Семенов, ул. Гагарина', 'semyonovsky'],
    ['в селе Спасское', 'spassky'],
    ['в Спасском районе', 'spassky'],
    ['в Воскресенском на улице', 'voskresensky'],
    ['Московский район', 'nizhny-novgorod'],
    ['Советский район', 'nizhny-novgorod'],
    ['Сормовского района', 'nizhny-novgorod'],
    ['из Шахуньи', 'shakhunya'],
    ['в Шахунье', 'shakhunya'],
    ['в Выксе', 'vyksa'],
    ['выксунский район', 'vyksa'],
    ['в Кулебаках', 'kulebaki'],
    ['из Кулебак', 'kulebaki'],
    ['из Городца', 'gorodetsky'],
    ['в Красных Баках', 'krasnobakovsky'],
    ['Большом Болдине', 'bolsheboldinsky'],
    ['село Починки', 'pochinkovsky'],
    ['в селе Починках', 'pochinkovsky'],
    ['г. Перевоз', 'perevozsky'],
    ['Воротынца', 'vorotynsky'],
    ['в Воротынце', 'vorotynsky'],
    ['р.п. Шатки', 'shatkovsky'],
    ['Ветлуги', 'vetluzhsky'],
    ['из Урени в Шахунью, в Урене нет света', 'urensky'],
    ['из Арзамаса в Саров', 'arzamas'],
    ['в Дальнем Константинове', 'dalnekonstantinovsky'],
    ['посёлок Ветлужский', 'krasnobakovsky'],
    ['ветлужский район', 'vetluzhsky'],
    ['НИЖНИЙ НОВГОРОД', 'nizhny-novgorod'],
    ['В БАЛАХНЕ', 'balakhninsky'],
    ['в г.о.г. Бор', 'bor'],
    ['г. о. г. Арзамас', 'arzamas'],
    ['Большая Ельня', 'kstovsky'],
    ['в Большой Ельне', 'kstovsky'],
    ['автобус в Заволжье', 'gorodetsky'],
    ['Вадский район', 'vadsky'],
    ['в с. Вад', 'vadsky'],
    ['Нет света на нашей улице. Кстово, частный сектор', 'kstovsky'],
    ['<p>Живу&nbsp;в <b>Арзамасе</b></p>', 'arzamas'],
  ])('is found: %s → %s', (text, code) => {
    expect(triage.findMunicipality(text).municipality).toBe(code);
  });

  it.each([
    'Сосновый бор вырубают',
    'в сосновом бору мусор',
    'В Сосновом Бору мусор',
    'гуляли в бору',
    'Нижегородская область',
    'улица Сараев',
    'много сараев во дворе',
    'ул. Первомайская 5',
    'проспект Дзержинского',
    'площадь Дзержинского',
    'директор Павлова',
    'обратился к Павлову',
    'врач Семёнов отказал',
    'ул. Семенова',
    'Спасский храм',
    'в Воскресенском храме',
    'городец',
    'почини дорогу',
    'перевоз мусора',
    'шаткий мост',
    'Арзамасское шоссе',
    'ул. Арзамас',
    'в ад',
    'в Вад',
    '',
    '😀',
  ])('is not read into other words, streets and people: %j', (text) => {
    expect(triage.findMunicipality(text)).toEqual({ municipality: null, matched: [] });
  });

  it('is the one named most often, whatever comes first', () => {
    const text = 'Еду из Арзамаса в Саров. В Сарове дорога разбита, Саров забыли.';

    expect(triage.findMunicipality(text)).toEqual({
      municipality: 'sarov',
      matched: ['Саров', 'Сарове'],
    });
  });

  it('is the one named first when two are named equally often', () => {
    expect(triage.findMunicipality('Дорога Выкса — Кулебаки').municipality).toBe('vyksa');
  });

  it('is the longest name that stands there', () => {
    expect(triage.findMunicipality('посёлок Ветлужский').municipality).toBe('krasnobakovsky');
    expect(triage.findMunicipality('Ветлужский район').municipality).toBe('vetluzhsky');
    expect(triage.findMunicipality('Арзамас-16').municipality).toBe('sarov');
  });
});
