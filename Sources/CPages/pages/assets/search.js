// Search in Vietnamese names: "da nang" finds "Đà Nẵng", "Đà" does not find "Da". A mark that is typed must be there.

const mark = /\p{M}/u;

/** Lower case without diacritics; đ becomes d. */
export function fold(text) {
  return prepare(text).letters;
}

/**
 * A text made ready for `matches`: do it once for each row.
 *
 * @returns {letters, marks}: the folded text, and for each of its letters the marks that it has.
 */
export function prepare(text) {
  let letters = "";
  const marks = [];
  for (const unit of String(text ?? "").toLowerCase().replaceAll("đ", "d\u0335").normalize("NFD")) {
    if (mark.test(unit)) {
      if (marks.length > 0) marks[marks.length - 1] += unit;
      continue;
    }
    for (let index = 0; index < unit.length; index += 1) {
      letters += unit[index];
      marks.push("");
    }
  }
  return { letters, marks };
}

function standsAt(word, text, position) {
  for (let index = 0; index < word.marks.length; index += 1) {
    const there = text.marks[position + index];
    for (const unit of word.marks[index]) if (!there.includes(unit)) return false;
  }
  return true;
}

function contains(word, text) {
  for (let at = text.letters.indexOf(word.letters); at >= 0; at = text.letters.indexOf(word.letters, at + 1)) {
    if (standsAt(word, text, at)) return true;
  }
  return false;
}

/** A query made ready: its words. */
export function query(text) {
  return String(text ?? "").trim().split(/\s+/u).filter((word) => word !== "").map(prepare);
}

/** Whether every word of `words` (of `query`) stands somewhere in `text` (of `prepare`). No words match everything. */
export function matches(words, text) {
  return words.every((word) => contains(word, text));
}
