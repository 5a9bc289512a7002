import type { AttachedFile } from '../../contract/attachments.js';
import type { TrackedComplaint } from '../../contract/track.js';
import { MEDIA_TYPES } from '../../attachments/media-types.js';
import { TEXT_MAX } from '../../contract/primitives.js';
import { WORDS, type Language, type Words } from './words.js';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);

// Each text is isolated, so that a bidi override in it ends with it and disguises nothing else on the page.
const words = (text: string | null, erased: string): string =>
  text === '' ? '' : `<p class="text"><bdi>${escape(text ?? erased)}</bdi></p>`;

/** Pictures small, each leading to itself in full; other files by their name. */
function filesHtml(files: AttachedFile[], w: Words): string {
  if (files.length === 0) {
    return '';
  }
  const items = files.map((file, index) => {
    const { pathname, search } = new URL(file.url);
    const href = escape(pathname + search);
    const name = escape(file.name ?? w.file(index + 1));
    // A file name tells a listener nothing: "Photo 2" does, and which one it is.
    return file.width === null
      ? `<li><a href="${href}"><bdi>${name}</bdi></a></li>`
      : `<li><a href="${href}"><img src="${href}" alt="${w.photo(index + 1)}" title="${name}" width="${file.width}" height="${file.height ?? 0}" loading="lazy"></a></li>`;
  });
  return `<ul class="files">${items.join('')}</ul>`;
}

const STYLE = `
:root{color-scheme:light dark}
body{margin:0;font:1.0625rem/1.55 system-ui,sans-serif;color:#1b1b1f;background:#fff}
header,main,footer{max-width:44rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.2em 0}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:0}
article{margin-top:1.4rem}.at{margin:1rem 0 0;color:#5b5b66}h3+.at{margin:0}.at+.text{margin-top:.3rem}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dd{margin:0}
label,legend{display:block;font-weight:600;margin-top:.8rem}fieldset{border:0;padding:0;margin:.8rem 0 0}legend{padding:0}
fieldset label{font-weight:400;margin-top:.3rem}
input[type=file]{font:inherit;max-width:100%}.hint{margin:.2rem 0;color:#5b5b66}
.files{list-style:none;padding:0;margin:.6rem 0;display:flex;flex-wrap:wrap;gap:.6rem}
.files img{display:block;max-width:100%;width:auto;height:9rem;border-radius:4px}
textarea,select{width:100%;color:inherit;background:#fff;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #5b5b66;border-radius:4px}
button{font:inherit;margin-top:1rem;padding:.6rem 1.2rem;border:0;border-radius:4px;background:#14489b;color:#fff}
a{color:#14489b}:focus-visible{outline:3px solid #b35900;outline-offset:2px}
.told{border-left:4px solid #14489b;padding:.5rem 1rem;background:#eef3fb}
.wrong{border-left:4px solid #a3191f;padding:.5rem 1rem;background:#fdf0f0}
.skip{position:absolute;left:-999rem}.skip:focus{position:static}
@media (prefers-color-scheme:dark){body{color:#ececf1;background:#16161a}a{color:#9cc0ff}
button{background:#2f6fd6}textarea,select{background:#222228;color:inherit;border-color:#9a9aa6}
.hint,.at{color:#b4b4bf}.told{background:#1d2738}.wrong{background:#3a1d1f}}
`;

/** The frame of every page behind a private link. `body`: HTML. */
export function layout(language: Language, title: string, body: string): string {
  const { other } = WORDS[language];
  const skip = language === 'ru' ? 'К содержанию' : 'Skip to content';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">${skip}</a>
<header><nav aria-label="${language === 'ru' ? 'Язык' : 'Language'}">
<a href="?lang=${other.language}" hreflang="${other.language}" lang="${other.language}">${other.name}</a>
</nav></header>
<main id="main">
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** What the page says above the complaint: that something was done, or why it was not. */
export interface Notice {
  kind: 'told' | 'wrong';
  text: string;
}

export interface PageOptions {
  language: Language;
  /** IANA zone in which the region reads its dates. */
  zone: string;
  /** Path of the page itself. */
  path: string;
  /** A fresh id for the message form, so that one sent twice is one message. */
  messageId: string;
  notice?: Notice | undefined;
  /** What was typed into a form that was refused. */
  draft?: string | undefined;
  /** The largest file, in MB. */
  fileMb: number;
}

function answersHtml(tracked: TrackedComplaint, w: Words, day: (at: string) => string): string {
  if (tracked.answers.length === 0) {
    return `<p>${w.noAnswer}</p>`;
  }
  return tracked.answers
    .map((answer) => {
      const outcome = answer.outcome === null ? '' : `, ${w.outcomes[answer.outcome] ?? ''}`;
      const corrected = answer.revision > 1 ? ` (${w.corrected})` : '';
      return `<article><h3>${w[answer.kind]}${outcome}${corrected}</h3>
<p class="at"><time datetime="${answer.publishedAt}">${day(answer.publishedAt)}</time></p>${words(answer.text, w.erased)}${filesHtml(answer.attachments, w)}</article>`;
    })
    .join('\n');
}

function ratingForm(w: Words, action: string): string {
  const options = w.ratingNames
    .map((name, index) => `<option value="${index + 1}">${name}</option>`)
    .join('');
  return `<section aria-labelledby="rate"><h2 id="rate">${w.rateTitle}</h2>
<form method="post" action="${action}">
<label for="rating">${w.rating}</label>
<select id="rating" name="rating"><option value=""></option>${options}</select>
<fieldset><legend>${w.solved}</legend>
<label><input type="radio" name="solved" value="true"> ${w.yes}</label>
<label><input type="radio" name="solved" value="false"> ${w.no}</label></fieldset>
<label for="comment">${w.comment}</label>
<textarea id="comment" name="comment" rows="3"></textarea>
<button type="submit">${w.send}</button>
</form></section>`;
}

function messageForm(w: Words, action: string, { messageId, draft, fileMb }: PageOptions): string {
  return `<section aria-labelledby="write"><h2 id="write">${w.writeTitle}</h2>
<form method="post" action="${action}" enctype="multipart/form-data">
<input type="hidden" name="messageId" value="${messageId}">
<label for="text">${w.message}</label>
<textarea id="text" name="text" rows="5" maxlength="${TEXT_MAX}">${escape(draft ?? '')}</textarea>
<label for="file">${w.addFiles}</label>
<input type="file" id="file" name="file" multiple accept="${MEDIA_TYPES.join(',')}" aria-describedby="file-hint">
<p class="hint" id="file-hint">${w.filesHint(fileMb)}</p>
<button type="submit">${w.send}</button>
</form></section>`;
}

function eraseForm(w: Words, action: string): string {
  return `<section aria-labelledby="erase"><h2 id="erase">${w.eraseTitle}</h2>
<form method="post" action="${action}"><p>${w.eraseHint}</p>
<label><input type="checkbox" name="confirm" value="true" required> ${w.eraseConfirm}</label>
<button type="submit">${w.erase}</button></form></section>`;
}

/** The page of one complaint: readable and usable without a script. */
export function trackPage(tracked: TrackedComplaint, options: PageOptions): string {
  const { language, zone, path, notice } = options;
  const w = WORDS[language];
  const format = new Intl.DateTimeFormat(language === 'ru' ? 'ru-RU' : 'en-GB', {
    timeZone: zone,
    dateStyle: 'long',
    timeStyle: 'short',
  });
  const day = (at: string): string => format.format(Date.parse(at));
  const action = (verb: string): string => `${path}/${verb}?lang=${language}`;
  const status =
    w.statuses[tracked.status] +
    (tracked.closureReason === null ? '' : `: ${w.closures[tracked.closureReason] ?? ''}`);
  const timeline = tracked.timeline
    .map(
      ({ type, at, agency }) =>
        `<li><time datetime="${at}">${day(at)}</time> — ${w.events[type] ?? ''}${agency ? `: ${escape(agency)}` : ''}</li>`,
    )
    .join('\n');
  const messages = tracked.messages
    .map(
      ({ text, at, attachments }) =>
        `<p class="at"><time datetime="${at}">${day(at)}</time></p>${words(text, w.erased)}${filesHtml(attachments, w)}`,
    )
    .join('\n');
  return layout(
    language,
    w.title(tracked.number),
    `${notice ? `<p class="${notice.kind}" role="${notice.kind === 'told' ? 'status' : 'alert'}">${escape(notice.text)}</p>` : ''}
<dl><dt>${w.status}</dt><dd>${status}</dd>
<dt>${w.received}</dt><dd><time datetime="${tracked.receivedAt}">${day(tracked.receivedAt)}</time></dd>
${tracked.agency === null ? '' : `<dt>${w.agency}</dt><dd>${escape(tracked.agency)}</dd>`}</dl>
<section aria-labelledby="answers"><h2 id="answers">${w.answers}</h2>${answersHtml(tracked, w, day)}</section>
${tracked.canRate ? ratingForm(w, action('rating')) : ''}
<section aria-labelledby="own"><h2 id="own">${w.yourText}</h2>${words(tracked.text, w.erased)}${filesHtml(tracked.attachments, w)}${tracked.hidden ? `<p class="told">${w.hidden}</p>` : ''}</section>
${messages === '' ? '' : `<section aria-labelledby="further"><h2 id="further">${w.yourMessages}</h2>${messages}</section>`}
${tracked.canWrite ? messageForm(w, action('messages'), options) : ''}
<section aria-labelledby="history"><h2 id="history">${w.history}</h2><ol>${timeline}</ol></section>
${
  tracked.canWithdraw
    ? `<section aria-labelledby="withdraw"><h2 id="withdraw">${w.withdrawTitle}</h2>
<form method="post" action="${action('withdraw')}"><p>${w.withdrawHint}</p>
<button type="submit">${w.withdraw}</button></form></section>`
    : ''
}${tracked.erased ? '' : eraseForm(w, action('erase'))}`,
  );
}
