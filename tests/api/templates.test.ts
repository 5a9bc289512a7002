import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

describe('reply templates', () => {
  let desk: ResourceDesk;
  let operator: string;
  let complaint: { id: string; number: string };

  beforeAll(async () => {
    desk = await openResourceDesk();
    operator = await desk.keyFor('operator');
    complaint = await desk.seed({
      receivedAt: new Date('2026-03-01T22:30:00Z'),
      columns: {
        status: 'assigned',
        agency_id: (await desk.view()).agencyByRef('water-bor')!.id,
        topic: 'housing.no-water',
        municipality: 'gorodetsky',
        resolve_by: new Date('2026-03-12T10:00:00Z'),
      },
    });
  });
  afterAll(() => desk.close());

  const codes = async (query: string) =>
    (await desk.call(operator, 'GET', `templates?${query}`)).body.items.map(({ code }) => code);
  const draft = (code: string, more: object = {}) => ({
    code,
    name: 'Проба',
    kind: 'interim',
    text: 'Обращение {number}',
    ...more,
  });
  const render = (id: string, body: object, key = operator) =>
    desk.call(key, 'POST', `templates/${id}/render`, { complaint: complaint.number, ...body });

  it('are listed for a topic with those of its group and those for every topic', async () => {
    const forWater = await codes('topic=housing.no-water');
    const forGrants = await codes('topic=social.aid');

    expect(forWater).toEqual(expect.arrayContaining(['no-water', 'taken-into-work']));
    expect(forWater).not.toContain('no-heating');
    expect(forGrants).toEqual(expect.arrayContaining(['social-payment', 'taken-into-work']));
    expect(await codes('topic=housing.no-water&kind=question')).toEqual([
      'ask-address',
      'ask-details',
    ]);
  });

  it('are listed for an agency, by code or id, with those for every agency', async () => {
    await desk.call(operator, 'POST', 'templates', draft('of-police', { agencies: ['police'] }));
    const id = (await desk.view()).agencyByRef('police')!.id;

    expect(await codes('agency=police')).toContain('of-police');
    expect(await codes(`agency=${id}`)).toContain('of-police');
    expect(await codes('agency=mchs')).not.toContain('of-police');
    expect(await codes('agency=mchs')).toContain('solved');
  });

  it('are made, changed and retired by the desk’s people, as versions; others may read them', async () => {
    const curator = await desk.keyFor('curator');
    const made = await desk.call(curator, 'POST', 'templates', draft('mine'));
    const changed = await desk.call(operator, 'PATCH', `templates/${made.body.id}`, {
      name: 'Иначе',
    });
    const stale = await desk.call(
      operator,
      'PATCH',
      'templates/mine',
      { name: 'Ещё' },
      { 'if-match': '"1"' },
    );
    const agency = await desk.keyFor('agency', (await desk.view()).agencyByRef('police')!.id);

    expect([made.status, changed.status, stale.status]).toEqual([201, 200, 412]);
    expect(changed.body).toMatchObject({ version: 2, name: 'Иначе', text: 'Обращение {number}' });
    expect((await desk.call(agency, 'GET', 'templates/mine')).status).toBe(200);
    expect((await desk.call(agency, 'PATCH', 'templates/mine', { name: 'Нет' })).status).toBe(403);
    expect((await desk.call(operator, 'PATCH', 'topics/roads.potholes', {})).status).toBe(403);
    expect((await desk.call(operator, 'DELETE', 'templates/mine')).status).toBe(204);
    expect((await render('mine', {})).status).toBe(404);
    expect(await codes('')).not.toContain('mine');
  });

  it.each([
    [{ text: 'Обращение {номер}' }, 'text'],
    [{ text: 'Обращение {number' }, 'text'],
    [{ text: ' ' }, 'text'],
    [{ topics: ['no.such'] }, 'topics.0'],
    [{ groups: [] }, 'groups'],
    [{ agencies: ['nobody'] }, 'agencies.0'],
    [{ kind: 'interim', outcome: 'solved' }, 'outcome'],
    [{ kind: 'poem' }, 'kind'],
  ])('with %j are refused, and nothing is kept', async (more, path) => {
    const { status, body } = await desk.call(operator, 'POST', 'templates', draft('bad', more));

    expect(status).toBe(422);
    expect(body.fields.map((field) => field.path)).toContain(path);
    expect((await desk.call(operator, 'GET', 'templates/bad')).status).toBe(404);
  });

  it('are filled with what the complaint says, in the region’s zone, and with the words given', async () => {
    await desk.call(
      operator,
      'POST',
      'templates',
      draft('all', {
        kind: 'final',
        outcome: 'solved',
        text: '{number} от {received}, {municipality}, {topic}, {agency}, до {due}: {works}',
      }),
    );

    const { status, body } = await render('all', { values: { works: 'починили {due}' } });

    expect(status).toBe(200);
    expect(body).toEqual({
      text: `${complaint.number} от 2 марта 2026 г., Городецкий муниципальный округ, Отсутствие холодной и/или горячей воды, «Борский Водоканал», до 12 марта 2026 г.: починили {due}`,
      kind: 'final',
      outcome: 'solved',
      version: 1,
    });
  });

  it('name every placeholder that nothing fills, and no text then', async () => {
    const bare = await desk.seed({});
    const { status, body } = await render('no-water', {
      complaint: bare.id,
      values: { phone: '112' },
    });
    const dueless = await render('taken-into-work', { complaint: bare.id });

    expect(status).toBe(422);
    expect(body.fields).toEqual([
      { path: 'values.reason', message: 'is for you to fill' },
      { path: 'values.until', message: 'is for you to fill' },
    ]);
    expect(dueless.body.fields.map(({ path }) => path)).toEqual(['values.agency', 'values.due']);
    expect((await render('no-water', { values: { nonsense: 'x' } })).status).toBe(422);
  });

  it('are filled only for complaints that the caller may see', async () => {
    const view = await desk.view();
    const others = await desk.keyFor('agency', view.agencyByRef('police')!.id);
    const own = await desk.keyFor('agency', view.agencyByRef('water-bor')!.id);

    expect((await render('taken-into-work', {}, others)).status).toBe(404);
    expect((await render('taken-into-work', {}, own)).status).toBe(200);
    expect((await render('taken-into-work', {}, await desk.keyFor('analyst'))).status).toBe(403);
    expect((await render('taken-into-work', { complaint: '2026-999999' })).status).toBe(404);
    expect((await render('nothing', {})).status).toBe(404);
  });
});
