import type { Request } from 'express';
import type { Language } from './words.js';

/** `?lang=` if it is given, else what the browser asks for; Russian when neither says. */
export function languageOf(req: Request): Language {
  const asked = req.query.lang;
  return asked === 'en' || asked === 'ru'
    ? asked
    : req.acceptsLanguages('ru', 'en') === 'en'
      ? 'en'
      : 'ru';
}
