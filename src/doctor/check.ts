/** What a check says, in both languages: whoever keeps a desk running reads it at the terminal. */
export interface Words {
  ru: string;
  en: string;
}

export type Language = keyof Words;

export const words = (ru: string, en: string): Words => ({ ru, en });

/** `skipped`: not looked at, since a server that it asks does not answer. */
export type Status = 'ok' | 'warning' | 'problem' | 'skipped';

export interface Verdict {
  status: Status;
  found: Words;
  /** What to do about it. */
  todo?: Words;
}

/** The servers that other checks ask; each is a check itself. */
export type Server = 'postgresql' | 'temporal';

export interface Check {
  id: string;
  title: Words;
  /** Looked at only when these answer. */
  needs?: Server[];
  /** May throw: that is a problem of its own, told without the error's text, which may hold an address or a password. */
  look: () => Verdict | Promise<Verdict>;
}

export const ok = (ru: string, en: string): Verdict => ({ status: 'ok', found: words(ru, en) });

export const warning = (found: Words, todo: Words): Verdict => ({ status: 'warning', found, todo });

export const problem = (found: Words, todo: Words): Verdict => ({ status: 'problem', found, todo });
