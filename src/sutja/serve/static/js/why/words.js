// Figures as words: shares, operations, years.

import { getLanguage, t, tOr } from "../i18n.js";

/**
 * A share of wrong answers in percent, with two figures that count.
 * @param {number} share
 */
export function percentOf(share) {
  const value = share * 100;
  const digits = value >= 10 ? (Number.isInteger(Math.round(value * 1e6) / 1e6) ? 0 : 1) : Number(value.toPrecision(2)) % 1 === 0 ? 0 : value >= 1 ? 1 : 2;
  return `${value.toFixed(digits)}\u00a0%`;
}

/**
 * A number of operations in words: "3.1 billion", "31억".
 * @param {number} count
 */
export function countOf(count) {
  const language = getLanguage();
  if (count < 1e15) {
    return new Intl.NumberFormat(language, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 2 }).format(count);
  }
  const power = Math.floor(Math.log10(count));
  return `${(count / 10 ** power).toFixed(1)} × 10${[...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

/**
 * The year in which a machine of some compute cost as much as a car.
 * @param {{ year: number, early: boolean, late: boolean }} found
 */
export function yearOf(found) {
  if (found.early) return t("story.year.early", { year: found.year });
  if (found.late) return t("story.year.late", { year: found.year });
  return t("story.year.about", { year: found.year });
}

/**
 * A learner's name for people.
 * @param {string} name
 */
export function nameOf(name) {
  return tOr(`learner.${name}`, name);
}

/**
 * A data set's name for people.
 * @param {string} name
 */
export function dataOf(name) {
  return tOr(`data.${name}`, name);
}
