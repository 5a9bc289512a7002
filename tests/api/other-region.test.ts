import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { makeRegion } from '../../src/region/make-region.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';

/** What docs/your-region.md promises: the example's files, under another name and zone, are a desk that works. */
describe('a desk of another region', () => {
  let desk: HttpDesk;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/other-region-`);
    const region = await makeRegion({
      code: 'kamchatka',
      folder,
      zone: 'Asia/Kamchatka',
      name: 'Камчатский край',
    });
    desk = await openDesk({ OTKLIK_REGION: region });
  }, 60_000);
  afterAll(async () => {
    await desk?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes a complaint, routes it by the region’s words and rules, and lets it be answered', async () => {
    const { id } = await desk.intake(
      'В посёлке Озёрное огромная яма на дороге, выбоины на асфальте',
    );
    const sorted = await desk.until(id, ({ status }) => status === 'assigned');

    expect(sorted).toMatchObject({
      topic: 'roads.potholes',
      municipality: 'ozyorsky',
      agency: { code: 'adm-ozyorsky' },
      rule: 'roads',
      policy: { code: 'ordinary' },
    });

    const agency = await desk.keyFor('agency', 'adm-ozyorsky');
    const filled = await desk.call(
      'POST',
      '/templates/pothole-done/render',
      { complaint: id, values: { works: 'положили асфальт' } },
      { key: agency },
    );
    expect(filled.body.text).toMatch(/^Здравствуйте! Яму, .* заделали: положили асфальт\./);

    const { text, kind, outcome } = filled.body;
    const reply = await desk.call(
      'POST',
      `/complaints/${id}/replies`,
      { text, kind, outcome },
      { key: agency },
    );
    expect(reply.status).toBe(201);
    await desk.until(id, ({ status }) => status === 'closed');
  });

  it('sends to the one company that serves several municipalities', async () => {
    const { id } = await desk.intake('Город Заречный: третий день нет воды, отключили воду');

    expect(await desk.until(id, ({ status }) => status === 'assigned')).toMatchObject({
      agency: { code: 'water-company' },
      priority: 'raised',
      policy: { code: 'urgent' },
    });
  });

  it('leaves to an operator what the words do not settle', async () => {
    const { id } = await desk.intake('Помогите, пожалуйста');

    expect((await desk.until(id, ({ status }) => status !== 'received')).status).toBe('triage');
  });
});
