import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

describe('the search for complaints', () => {
  let desk: ResourceDesk;
  let operator: string;

  beforeAll(async () => {
    desk = await openResourceDesk();
    operator = await desk.keyFor('operator');
  });
  afterAll(async () => {
    await desk.close();
  });

  const find = async (q: string, more = '') =>
    (await desk.call(operator, 'GET', `complaints?q=${encodeURIComponent(q)}${more}`)).body;
  const idsOf = (body: { items: { id: string }[] }) => body.items.map((item) => item.id);

  it.each(['елка', 'ёлки', 'Королева', 'КОРОЛЁВА', 'орол'])(
    'finds «Ёлка упала на Королёва» by %s and marks the place (T08)',
    async (q) => {
      const { id } = await desk.seed({ text: 'Ёлка упала на Королёва' });

      const body = await find(q);

      const hit = body.items.find((item) => item.id === id);
      expect(hit).toBeDefined();
      expect(hit?.highlight).toMatch(/<mark>(Ёлка|Королёва|орол)<\/mark>/);
      expect(hit?.highlight.replace(/<\/?mark>/g, '')).toBe('Ёлка упала на Королёва');
    },
  );

  it('puts the exact number first, whatever texts hold its digits (T10)', async () => {
    const number = await desk.seed({
      number: '2026-000123',
      text: 'Шумно',
      receivedAt: new Date('2026-01-01T00:00:00Z'),
    });
    const text = await desk.seed({ text: 'Дом 123 без воды' });

    for (const q of ['123', '000123', '2026-000123', '№ 123']) {
      const body = await find(q);
      expect(idsOf(body)[0]).toBe(number.id);
      expect(body.items[0]?.highlight).toContain('2026-000123');
    }
    expect(idsOf(await find('123'))).toContain(text.id);
    expect(idsOf(await find('1234'))).not.toContain(number.id);
  });

  it('takes a quoted phrase as words in that order, and ranks it first without the quotes (T10)', async () => {
    const phrase = await desk.seed({
      text: 'Огромная яма на дороге у школы',
      receivedAt: new Date('2026-01-02T00:00:00Z'),
    });
    const apart = await desk.seed({ text: 'У дороги выкопали яму' });

    expect(idsOf(await find('"яма на дороге"'))).toEqual([phrase.id]);
    expect(idsOf(await find('«яма на дороге»'))).toEqual([phrase.id]);
    expect(idsOf(await find('яма дорога')).slice(0, 2)).toEqual(
      expect.arrayContaining([phrase.id, apart.id]),
    );
    expect(idsOf(await find('яма на дороге'))[0]).toBe(phrase.id);
  });

  it('does not drown two letters in noise (T10)', async () => {
    await desk.seed({ text: 'Срубили ели в парке' });

    expect(idsOf(await find('ев'))).toEqual([]);
    expect(idsOf(await find('ле'))).toEqual([]);
    expect((await find('на')).total).toBe(0);
  });

  it('never searches the names of people', async () => {
    await desk.seed({
      text: 'Шумят соседи',
      columns: { author_name: 'Прасковья', author_handle: 'praskovya' },
    });

    expect((await find('Прасковья')).total).toBe(0);
    expect((await find('praskovya')).total).toBe(0);
  });

  it('searches replies too, and follows a long text to the place that fits', async () => {
    const { id } = await desk.seed({ text: 'Вопрос' });
    const body = `${'Сообщаем о ходе работ. '.repeat(40)}Тротуар отремонтирован <b>вчера</b> & сдан. ${'Спасибо. '.repeat(40)}`;
    await desk.owner.query(
      `insert into texts (id, complaint_id, kind, body) values (gen_random_uuid(), $1, 'reply', $2)`,
      [id, body],
    );

    const [hit] = (await find('тротуары')).items;

    expect(hit?.id).toBe(id);
    expect(hit?.highlight).toMatch(/^…/);
    expect(hit?.highlight).toContain(
      '<mark>Тротуар</mark> отремонтирован &lt;b&gt;вчера&lt;/b&gt; &amp; сдан.',
    );
  });

  it('treats what LIKE and tsquery take for signs as letters', async () => {
    await desk.seed({ text: 'Скидка 100% на всё' });

    for (const q of ['100%', '%%%', '___', '\\\\\\', "'; drop table x", '& | ! ( )', '"', '-']) {
      expect(
        (await desk.call(operator, 'GET', `complaints?q=${encodeURIComponent(q)}`)).status,
      ).toBe(200);
    }
    expect((await find('%%%')).total).toBe(0);
    expect((await find('00%')).total).toBe(1);
  });

  it('keeps the order of a search while pages are read', async () => {
    for (let n = 0; n < 12; n += 1) await desk.seed({ text: `Фонарь номер ${n} не горит` });
    const first = await find('фонари', '&limit=5');
    await desk.seed({ text: 'Фонари опять погасли' });
    const second = await find('фонари', `&limit=5&cursor=${first.nextCursor}`);
    const third = await find('фонари', `&limit=5&cursor=${second.nextCursor}`);

    const seen = [first, second, third].flatMap(idsOf);
    expect(new Set(seen).size).toBe(12);
    expect(third.nextCursor).toBeNull();
    expect(first.total).toBe(12);
  });
});
