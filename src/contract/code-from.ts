const LETTERS = Object.fromEntries(
  'а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya'
    .split(' ')
    .map((pair) => pair.split('=')),
) as Record<string, string>;

/** A text with its Russian letters in Latin ones; all other signs stay. */
export function inLatin(text: string): string {
  return [...text.normalize('NFC')]
    .map((letter) => {
      const latin = LETTERS[letter.toLowerCase()];
      if (latin === undefined) return letter;
      return letter === letter.toLowerCase()
        ? latin
        : latin.charAt(0).toUpperCase() + latin.slice(1);
    })
    .join('');
}

/** A code that a name could have: «Дороги города» gives `dorogi-goroda`; empty when there is nothing to make one of. */
export function codeFrom(name: string): string {
  return inLatin(name.toLowerCase())
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/([._-])[._-]+/g, '$1')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 48);
}
