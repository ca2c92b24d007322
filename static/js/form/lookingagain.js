/**
 * One hazard to look at again 复查: what was found and demanded, the photos of
 * then, and what is found now: 已整改 or 未整改, with photos, words and, where it
 * goes back, a new deadline. Each card is a copy of the template.
 */

import { photosOf } from "../domain/draft.js";
import { decide } from "../domain/reinspection.js";
import { dateAfter, dateText, shortMoment } from "../domain/times.js";
import { hazardPhoto } from "../store/assigned.js";
import { showDue } from "../ui/due.js";
import { all, copyOf, fill, need, show, word } from "../ui/page.js";
import { bindPhotos } from "./photos.js";

/** @typedef {import("../domain/draft.js").LookedAt} LookedAt */
/** @typedef {import("../domain/reinspection.js").EarlierPhoto} EarlierPhoto */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** @param {EarlierPhoto} photo @returns {HTMLElement} its bytes may still be on their way */
function earlierPhoto({ sha256, taken_at, caption, moment }) {
  const words = word({ before: "photo_before", after: "photo_again", claimed: "photo_claimed" }[moment]);
  const figure = fill(copyOf("earlier-photo"), { caption: [words, shortMoment(taken_at), caption].filter(Boolean).join(" · ") });
  const image = /** @type {HTMLImageElement} */ (need("img", figure));
  image.alt = [words, caption].filter(Boolean).join(" ");
  const key = /** @type {HTMLButtonElement} */ (need("button", figure));
  void hazardPhoto(sha256).then((kept) => {
    figure.dataset.photo = kept ? sha256 : "";
    show("[data-missing]", !kept, figure);
    key.hidden = !kept;
    if (kept) image.src = URL.createObjectURL(new Blob([kept.bytes], { type: kept.type }));
  });
  key.addEventListener("click", () => {
    const large = figure.classList.toggle("is-large");
    key.setAttribute("aria-pressed", String(large));
  });
  return figure;
}

/** @param {HTMLElement} card @param {LookedAt} hazard what was there before anybody went to look again */
function drawFacts(card, hazard) {
  const { claim } = hazard;
  fill(card, {
    item: hazard.item, title: hazard.title, level: word(hazard.level), summary: hazard.summary, place: hazard.place,
    number: hazard.number, state: hazard.state ? word(`hazard_${hazard.state}`) : "", requirement: hazard.requirement, due_on: hazard.due_on ?? "–",
    claim: claim ? word("claim_said", { words: claim.words, rectifier: claim.rectifier, finished_on: claim.finished_on }) : "",
    round: hazard.returned ? word("reinspection_round", { round: hazard.returned + 1 }) : "",
  });
  showDue(card, hazard.due_on);
  need("[data-level]", card).className = `level level-${hazard.level}`;
  const strip = need("[data-earlier]", card);
  const whole = strip.childElementCount === hazard.photos.length && !strip.querySelector('[data-photo=""]');
  if (!whole) strip.replaceChildren(...hazard.photos.map(earlierPhoto));
  show("[data-claim]", Boolean(claim), card);
  show("[data-no-earlier]", hazard.photos.length === 0, card);
}

/** @param {Sheet} sheet @param {HTMLElement} card @param {LookedAt} hazard */
function drawState(sheet, card, hazard) {
  card.dataset.outcome = hazard.outcome ?? "";
  for (const key of /** @type {HTMLInputElement[]} */ (all("[data-outcome]", card))) key.checked = key.value === hazard.outcome;
  show("[data-decided]", hazard.outcome !== null, card);
  show("[data-returned]", hazard.outcome === "returned", card);
  show("[data-gone]", hazard.gone, card);
  show("[data-open]", !hazard.gone, card);
  const taken = photosOf(sheet.draft, hazard.uuid, "after").length;
  fill(card, {
    photos: taken ? word("photos_taken", { count: taken }) : word("photos_none"),
    words_label: word(hazard.outcome === "returned" ? "words_returned" : "words_passed"),
    deadline_on: hazard.deadline_on ?? "",
  });
  const chosen = /** @type {HTMLInputElement | null} */ (card.querySelector("[data-deadline] input[type=radio]:checked"));
  need("[data-deadline-date]", card).hidden = chosen?.value !== "date";
}

/** @param {Sheet} sheet @param {HTMLElement} card @param {LookedAt} hazard */
function bindOutcome(sheet, card, hazard) {
  const tell = (/** @type {LookedAt["outcome"]} */ outcome) => {
    const former = decide(sheet.draft, hazard, outcome);
    sheet.changed(hazard.uuid);
    void sheet.saver.now().catch(() => undefined);
    return former;
  };
  for (const key of /** @type {HTMLInputElement[]} */ (all("[data-outcome]", card))) {
    key.name = `outcome-${hazard.uuid}`;
    key.addEventListener("change", () => {
      const outcome = /** @type {LookedAt["outcome"]} */ (key.value);
      const former = tell(outcome);
      sheet.offerUndo(word("decided", { item: hazard.item, outcome: word(`outcome_${outcome}`) }), () => void tell(former));
    });
  }
  need("[data-action=another-time]", card).addEventListener("click", () => {
    const former = tell(null);
    sheet.offerUndo(word("another_time", { item: hazard.item }), () => void tell(former));
  });
}

/** @param {Sheet} sheet @param {HTMLElement} card @param {LookedAt} hazard */
function bindWords(sheet, card, hazard) {
  const area = /** @type {HTMLTextAreaElement} */ (need("[data-text=words]", card));
  area.value = hazard.words;
  area.addEventListener("input", () => {
    hazard.words = area.value;
    sheet.changed(hazard.uuid);
    sheet.saver.soon();
  });
}

/** @param {Sheet} sheet @param {HTMLElement} card @param {LookedAt} hazard */
function bindDeadline(sheet, card, hazard) {
  const today = new Date();
  const date = /** @type {HTMLInputElement} */ (need("[data-deadline-date]", card));
  const radios = /** @type {HTMLInputElement[]} */ (all("[data-deadline] input[type=radio]", card));
  const onDay = (/** @type {string} */ days) => dateAfter(today, Number(days));
  const set = (/** @type {string | null} */ on) => {
    hazard.deadline_on = on;
    sheet.changed(hazard.uuid);
    void sheet.saver.now().catch(() => undefined);
  };
  for (const radio of radios) {
    radio.name = `deadline-${hazard.uuid}`;
    radio.addEventListener("change", () => set(radio.value === "date" ? date.value || null : onDay(radio.value)));
  }
  const fitting = radios.find(({ value }) => value !== "date" && hazard.deadline_on === onDay(value));
  const chosen = hazard.deadline_on ? fitting ?? radios.find(({ value }) => value === "date") : undefined;
  if (chosen) chosen.checked = true;
  date.value = hazard.deadline_on ?? "";
  date.min = dateText(today);
  date.addEventListener("change", () => set(date.value || null));
}

/** @param {Sheet} sheet @param {LookedAt} hazard @returns {HTMLElement} a card that keeps itself true when told of a change */
export function hazardCard(sheet, hazard) {
  const card = copyOf("hazard");
  card.dataset.hazard = hazard.uuid;
  card.id = hazard.uuid;
  drawFacts(card, hazard);
  bindOutcome(sheet, card, hazard);
  bindWords(sheet, card, hazard);
  bindDeadline(sheet, card, hazard);
  bindPhotos(sheet, card, hazard);
  drawState(sheet, card, hazard);
  card.addEventListener("changed", () => drawState(sheet, card, hazard));
  card.addEventListener("told", () => drawFacts(card, hazard));
  return card;
}
