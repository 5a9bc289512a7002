import { describe, expect, it } from '@jest/globals';
import { COMPLAINT_KINDS } from '../../src/domain/commands.js';
import { Chance } from '../../src/demo/chance.js';
import { MOODS, readMaterial } from '../../src/demo/material.js';
import { takePhoto } from '../../src/demo/photo.js';
import { finalWords } from '../../src/demo/reply-words.js';
import { drawScene, SCENES } from '../../src/demo/scenes.js';
import { createTriageClassifier, distance, fingerprint } from '../../src/classifier/index.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';

const region = await readRegion(findRegionDir('nizhny-novgorod'));
const material = await readMaterial();
const { messages, people, answers, offices } = material;
const complaints = messages.filter(({ spam }) => !spam);
const codes = <T extends { code: string }>(items: T[]): string[] => items.map(({ code }) => code);

/** As a citizen of the first day would send it. */
const sent = (text: string): string =>
  text.replaceAll('{street}', 'Садовая').replaceAll('{house}', '14');

describe('the messages of the demo', () => {
  it('are at least 200, no two alike, each with an id of its own', () => {
    expect(messages.length).toBeGreaterThanOrEqual(200);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    const plain = messages.map(({ text }) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' '));
    expect(new Set(plain).size).toBe(messages.length);
  });

  it('cover every topic group of the region, with topics that it has', () => {
    const groups = new Set(complaints.map(({ topic }) => topic?.split('.')[0]));
    expect([...groups].sort()).toEqual(codes(region.topicGroups).sort());
    const known = new Set(codes(region.topics));
    expect(complaints.filter(({ topic }) => !known.has(topic ?? ''))).toEqual([]);
  });

  it('come from most municipalities, and from none that the region has not', () => {
    const places = new Set(messages.flatMap(({ place }) => place ?? []));
    const known = codes(region.municipalities);
    expect([...places].filter((place) => !known.includes(place))).toEqual([]);
    expect(places.size).toBeGreaterThanOrEqual(40);
  });

  it('show every kind, mood and scene, and at least eight sources', () => {
    const seen = <K extends 'kind' | 'mood' | 'photo' | 'source'>(key: K) =>
      new Set(messages.flatMap((message) => message[key] ?? []));
    expect([...seen('kind')].sort()).toEqual([...COMPLAINT_KINDS].sort());
    expect([...seen('mood')].sort()).toEqual([...MOODS].sort());
    expect([...seen('photo')].sort()).toEqual([...SCENES].sort());
    expect(seen('source').size).toBeGreaterThanOrEqual(8);
    expect(messages.some(({ spam }) => spam)).toBe(true);
  });

  it('are very short and very long, in capitals and with emoji', () => {
    const lengths = messages.map(({ text }) => text.length);
    expect(Math.min(...lengths)).toBeLessThan(25);
    expect(Math.max(...lengths)).toBeGreaterThan(600);
    expect(messages.some(({ text }) => /\p{Lu}{4,}.*\p{Lu}{4,}.*!!!/u.test(text))).toBe(true);
    expect(messages.some(({ text }) => /\p{Extended_Pictographic}/u.test(text))).toBe(true);
  });

  it('have known authors, some of whom write several times, never twice about one incident', () => {
    const known = people.map(({ id }) => id);
    expect(messages.filter(({ author }) => !known.includes(author))).toEqual([]);
    const writesOften = known.filter(
      (id) => messages.filter(({ author }) => author === id).length > 2,
    );
    expect(writesOften.length).toBeGreaterThan(10);
    const incidents = new Set(messages.flatMap(({ incident }) => incident ?? []));
    expect(incidents.size).toBeGreaterThanOrEqual(5);
    for (const name of incidents) {
      const members = messages.filter(({ incident }) => incident === name);
      expect(members.length).toBeGreaterThan(1);
      expect(new Set(members.map(({ author }) => author)).size).toBe(members.length);
      expect(new Set(members.map(({ place }) => place)).size).toBe(1);
    }
  });

  it('of one incident are nearer to one another than messages usually are', () => {
    const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
    const pairs = messages.flatMap((a, at) => messages.slice(at + 1).map((b) => [a, b] as const));
    const far = (pair: (typeof pairs)[number]) =>
      distance(fingerprint(sent(pair[0].text)), fingerprint(sent(pair[1].text)));
    const near = pairs.filter(([a, b]) => a.incident !== undefined && a.incident === b.incident);
    const other = pairs.filter((_, at) => at % 97 === 0);
    expect(mean(near.map(far))).toBeLessThan(mean(other.map(far)) - 3);
  });

  it('leave work for the operators and are sorted well where triage is sure', () => {
    const classifier = createTriageClassifier(region);
    const judged = complaints.map((message) => ({
      group: message.topic!.split('.')[0],
      found: classifier.classify(sent(message.text)),
    }));
    const sure = judged.filter(({ found }) => found.confidence >= region.confidenceThreshold);
    const right = sure.filter(({ group, found }) => found.topic?.split('.')[0] === group);
    const queued = 1 - sure.length / judged.length;
    expect(queued).toBeGreaterThan(0.15);
    expect(queued).toBeLessThan(0.5);
    expect(right.length / sure.length).toBeGreaterThan(0.9);
  });
});

describe('the answers of the demo', () => {
  it('have words for every topic group, kind and outcome', () => {
    for (const { code: group } of region.topicGroups) {
      for (const kind of COMPLAINT_KINDS) {
        for (const outcome of ['solved', 'explained', 'postponed', 'not_solved'] as const) {
          const subject = { topic: `${group}.other`, kind, outcome, personal: false };
          expect(finalWords(answers, new Chance(group), subject).length).toBeGreaterThan(40);
        }
      }
    }
    const known = [...codes(region.topicGroups), ...codes(region.topics), 'any'];
    const named = [...Object.keys(answers.solved), ...Object.keys(answers.explained)];
    expect(named.filter((code) => !known.includes(code))).toEqual([]);
  });

  it('come from agencies that the region has', () => {
    const named = [
      ...Object.keys(offices.approval),
      ...offices.staffed,
      ...Object.values(offices.manners).flat(),
    ];
    const known = codes(region.agencies);
    expect(named.filter((code) => !known.includes(code))).toEqual([]);
  });
});

describe('the photos of the demo', () => {
  it.each(SCENES)('%s is a JPEG, drawn a little differently for another seed', async (scene) => {
    const photo = await takePhoto(scene, new Chance('one'));
    expect(photo.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(photo.length).toBeLessThan(200_000);
    expect(drawScene(scene, new Chance('one'))).toBe(drawScene(scene, new Chance('one')));
    expect(drawScene(scene, new Chance('one'))).not.toBe(drawScene(scene, new Chance('two')));
  });
});
