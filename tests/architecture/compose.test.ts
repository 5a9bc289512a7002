import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { contentOf } from './sources.js';

interface Service {
  image?: string;
  restart?: string;
  healthcheck?: unknown;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const text = contentOf('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const running = Object.entries(compose.services).filter(
  ([, { restart }]) => restart === 'unless-stopped',
);

describe('docker-compose.yml', () => {
  it('is valid by the Compose Specification', () => {
    const schema = JSON.parse(
      contentOf('tests/architecture/compose-spec/compose-spec.json'),
    ) as object;
    // Its durations are Go's (30s), not those that JSON Schema means by the same word.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('watches the health of everything that keeps running', () => {
    expect(running.filter(([, { healthcheck }]) => !healthcheck).map(([name]) => name)).toEqual([]);
  });

  it('starts nothing before what it needs, and needs only what there is', () => {
    const needs = Object.values(compose.services).flatMap((service) =>
      Object.keys(service.depends_on ?? {}),
    );
    expect(needs.filter((name) => !(name in compose.services))).toEqual([]);
  });

  it('keeps data in named volumes', () => {
    const mounts = Object.values(compose.services).flatMap(({ volumes }) => volumes ?? []);
    expect(mounts.filter((mount) => !((mount.split(':')[0] ?? '') in compose.volumes))).toEqual([]);
  });

  it('has no password or key with a default', () => {
    const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|KEY|SECRET|TOKEN)\w*)([^}]*)\}/g)];
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(([, , rest]) => !rest?.startsWith(':?')).map(([whole]) => whole)).toEqual(
      [],
    );
    expect(text).not.toMatch(/(PASSWORD|PWD|SECRET|_KEY): *['"]?[A-Za-z0-9]/);
  });

  it('pins every image to a version', () => {
    const images = Object.values(compose.services).map(({ image }) => image ?? '');
    const loose = images.filter(
      (image) => !image.startsWith('otklik:') && !/:\d+\.\d+/.test(image),
    );
    expect(loose).toEqual([]);
  });
});
