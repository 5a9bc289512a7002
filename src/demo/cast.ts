import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { DeskApi } from './desk-api.js';
import type { Material } from './material.js';

const kept = z.object({
  intake: z.string(),
  operator: z.string(),
  curator: z.string(),
  agencies: z.record(z.string(), z.string()),
});
type Keys = z.output<typeof kept>;

export interface CastAgency {
  id: string;
  code: string;
  name: string;
  /** Users of the role executor; empty where the agency has no people of its own. */
  executors: string[];
}

/** Who plays: the keys of the systems, made through the API with the admin's key, and the agencies with their people. */
export interface Cast {
  intake: string;
  operator: string;
  curator: string;
  agencies: CastAgency[];
  keyOf(code: string): string | undefined;
}

interface UserItem {
  id: string;
  name: string;
  role: string;
  agency: { code: string } | null;
}

export interface CastOptions {
  api: DeskApi;
  admin: string;
  material: Material;
  /** Where the keys are kept for the next start, readable by the owner alone. */
  file: string;
}

/**
 * Makes the keys, the people and the rules of approval that are not there yet.
 * @throws Error when the desk refuses a key; DeskAway.
 */
export async function prepareCast(options: CastOptions): Promise<Cast> {
  const { api, admin, material } = options;
  const listed = await api.list<{ id: string; code: string; name: string }>(
    admin,
    '/agencies',
    1_000,
  );
  await setApprovals(options, new Set(listed.map(({ code }) => code)));
  const executors = await hirePeople(options);
  const codes = listed.map(({ code }) => code);
  const keys = await makeKeys(options, codes);
  return {
    intake: keys.intake,
    operator: keys.operator,
    curator: keys.curator,
    agencies: listed.map((agency) => ({
      id: agency.id,
      code: agency.code,
      name: agency.name,
      executors: material.offices.staffed.includes(agency.code)
        ? (executors.get(agency.code) ?? [])
        : [],
    })),
    keyOf: (code) => keys.agencies[code],
  };
}

async function makeKeys({ api, admin, file }: CastOptions, agencies: string[]): Promise<Keys> {
  const before = kept.safeParse(await readJson(file)).data;
  const make = async (role: string, agency?: string): Promise<string> => {
    const body = { role, label: `demo: ${agency ?? role}`, ...(agency && { agency }) };
    const answer = await api.post<{ key?: string }>(admin, '/keys', body);
    if (answer.body.key === undefined) {
      throw new Error(`The desk gave no key for ${agency ?? role}: ${answer.status}`);
    }
    return answer.body.key;
  };
  const keys: Keys = {
    intake: before?.intake ?? (await make('intake')),
    operator: before?.operator ?? (await make('operator')),
    curator: before?.curator ?? (await make('curator')),
    agencies: { ...before?.agencies },
  };
  const missing = agencies.filter((code) => keys.agencies[code] === undefined);
  await inParallel(missing, async (code) => {
    keys.agencies[code] = await make('agency', code);
  });
  await writeFile(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return keys;
}

async function setApprovals({ api, admin, material }: CastOptions, known: Set<string>) {
  const rules = Object.entries(material.offices.approval).filter(([code]) => known.has(code));
  for (const [code, which] of rules) {
    const { body } = await api.get<{ approval?: { final: boolean } }>(admin, `/agencies/${code}`);
    if (body.approval?.final !== true) {
      await api.patch(admin, `/agencies/${code}`, {
        approval: { interim: which === 'all', final: true },
      });
    }
  }
}

const ROLES = ['head', 'coordinator', 'executor', 'executor'] as const;

/** Gives the staffed agencies their people. @returns the executors of each. */
async function hirePeople({ api, admin, material }: CastOptions): Promise<Map<string, string[]>> {
  const before = await api.list<UserItem>(admin, '/users', 1_000);
  const executors = new Map<string, string[]>();
  const remember = (user: UserItem): void => {
    const code = user.agency?.code;
    if (user.role === 'executor' && code !== undefined) {
      executors.set(code, [...(executors.get(code) ?? []), user.id]);
    }
  };
  before.forEach(remember);
  const names = material.people.map(({ name }) => name).reverse();
  const wanted = material.offices.staffed.flatMap((agency, office) =>
    ROLES.map((role, seat) => ({
      name: names[(office * ROLES.length + seat) % names.length]!,
      role,
      agency,
    })),
  );
  const missing = wanted.filter(
    ({ name, agency }) =>
      !before.some((user) => user.name === name && user.agency?.code === agency),
  );
  await inParallel(missing, async (user) => {
    const answer = await api.post<UserItem>(admin, '/users', user);
    if (answer.ok) {
      remember(answer.body);
    }
  });
  return executors;
}

/** A few at a time: a start must not keep the desk from its first messages. */
async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
