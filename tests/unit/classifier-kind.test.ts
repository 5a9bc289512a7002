import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTriageClassifier, type TriageClassifier } from '../../src/classifier/index.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';

let triage: TriageClassifier;

beforeAll(async () => {
  triage = createTriageClassifier(await readRegion(findRegionDir('nizhny-novgorod')));
});

describe('the kind of a message', () => {
  it.each([
    ['Подскажите, как оформить субсидию на оплату ЖКУ?', 'question'],
    ['Какие документы нужны для записи в первый класс?', 'question'],
    ['Когда включат отопление?', 'question'],
    ['Здравствуйте! Хочу узнать, положены ли льготы ветеранам труда', 'question'],
    ['Спасибо большое за новый тротуар, всё сделали быстро!', 'thanks'],
    ['Выражаю благодарность врачам поликлиники за внимательность', 'thanks'],
    ['Спасибо, крыша больше не течёт', 'thanks'],
    ['Предлагаю поставить лавочки вдоль набережной', 'proposal'],
    ['Было бы здорово посадить деревья возле школы', 'proposal'],
    ['Во дворе не убирают снег', 'complaint'],
    ['Почему не вывозят мусор?', 'complaint'],
    ['Подскажите, сколько можно терпеть холод? Примите меры!', 'complaint'],
    ['Прошу отремонтировать дорогу. Заранее спасибо!', 'complaint'],
    ['Спасибо, что ничего не делаете', 'complaint'],
    ['Спасибо за ответ, но яма на месте', 'complaint'],
    ['Заранее благодарю. Темно на всей улице', 'complaint'],
  ])('%s: %s', (text, kind) => {
    expect(triage.classify(text).kind).toBe(kind);
  });
});

describe('spam', () => {
  it.each([
    'Заработок в интернете без вложений! Переходи по ссылке https://example.com',
    'Онлайн казино, бонус за регистрацию и фриспины каждому',
    'Займ онлайн за пять минут, подробности на www.example.com',
  ])('is suspected in an advertisement: %s', (text) => {
    expect(triage.classify(text).spam).toBe(true);
  });

  it.each([
    'В подвале нашего дома открыли казино, шумят ночью',
    'Не вывозят мусор, вот фото: https://example.com/photo.jpg',
    'Автобус пришёл только через час',
    '',
  ])('is not suspected in a complaint: %j', (text) => {
    expect(triage.classify(text).spam).toBe(false);
  });
});
