/**
 * How this tablet is held and used 设置: kept in the browser beside the work,
 * so that a page knows them before anything is drawn. Nothing here is anybody's data.
 */

/** @typedef {"hand" | "advance"} Setting */

const USUAL = { hand: "right", advance: "on" };

/** @param {Setting} name @returns {string} */
export function setting(name) {
  return localStorage.getItem(`zhencha-${name}`) ?? USUAL[name];
}

/** The page follows: static/css mirrors the bars and keys for the left hand. */
export function followSettings() {
  document.documentElement.dataset.hand = setting("hand");
}

/** @param {Setting} name @param {string} value */
export function choose(name, value) {
  localStorage.setItem(`zhencha-${name}`, value);
  followSettings();
}
