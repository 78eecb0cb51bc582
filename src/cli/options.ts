/** One option of a command line in the manner of getopt(3): `-t`, `-tt`, `-f FILE`, `-fFILE`. */
export interface Option {
  readonly letter: string;
  /** Empty for an option without argument. */
  readonly argument: string;
  /** What is wrong, in getopt's words; null where nothing is. */
  readonly problem: string | null;
}

/** Goes through the options from left to right; words that are none are passed over, `--` ends them. */
export function* readOptions(words: readonly string[], letters: string): Generator<Option> {
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const word = words[i];
    if (!word.startsWith('-') || word === '-') continue;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at];
      const known = letter === ':' ? -1 : letters.indexOf(letter);
      if (known < 0) yield { letter, argument: '', problem: `invalid option -- '${letter}'` };
      else if (letters[known + 1] !== ':') yield { letter, argument: '', problem: null };
      else {
        const argument = at + 1 < word.length ? word.slice(at + 1) : words[++i];
        const problem = argument === undefined ? `option requires an argument -- '${letter}'` : null;
        yield { letter, argument: argument ?? '', problem };
        break;
      }
    }
  }
}
