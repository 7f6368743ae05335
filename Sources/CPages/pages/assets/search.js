// Search in Vietnamese names: "da nang" finds "Đà Nẵng", "Đà" does not find "Da". A mark that is typed must be there, a
// tone on that letter or the next. Some keyboards write the Icelandic ð for đ.

const mark = /\p{M}/u;
/** Grave, acute, tilde, hook above, dot below: "Hoà" and "Hòa" are one name, written by two customs. */
const tones = "\u0300\u0301\u0303\u0309\u0323";

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
  for (const unit of String(text ?? "").toLowerCase().replace(/[đð]/gu, "d\u0335").normalize("NFD")) {
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
    const at = position + index, there = text.marks[at];
    const beside = (text.marks[at - 1] ?? "") + there + (text.marks[at + 1] ?? "");
    for (const unit of word.marks[index]) if (!(tones.includes(unit) ? beside : there).includes(unit)) return false;
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
