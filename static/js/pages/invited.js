/**
 * Enrolling by invitation 邀请登记: from the address that the system's camera
 * opened, from a scan in the page, or typed. A code is used up by the server
 * once, so one that merely arrived with the address waits for a tap.
 */

import { codeIn, scanned } from "../domain/invitation.js";
import * as device from "../store/device.js";
import { Unreachable, call } from "../sync/api.js";
import { fill, need, show, word } from "../ui/page.js";

/** @returns {string} the code in the address, which no history keeps from here on */
export function codeInAddress() {
  const code = codeIn(location.hash);
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}

/** @param {string} token @returns {Promise<string>} empty once its person is signed in, else what to say */
async function redeemed(token) {
  try {
    const body = JSON.stringify({ token, device: await device.deviceUuid() });
    const headers = { "Content-Type": "application/json" };
    const answer = await call("POST", "/invitations/redeem", { body, headers, also: [400, 403, 404, 410, 429] });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.person) return "";
    return said.title ? `${said.title}${said.detail ?? ""}` : word("enrol_offline");
  } catch (problem) {
    return problem instanceof Unreachable ? word("enrol_offline") : word("enrol_refused", { code: String(problem) });
  }
}

/** @param {() => void} stopped @param {(code: string) => void} found */
async function scan(stopped, found) {
  const panel = need("#enrol-invitation");
  const say = (/** @type {string} */ key, values = {}) => fill(panel, { scan_says: word(key, values) });
  try {
    const { startScan } = await import("../ui/scanning.js");
    say("scan_aim");
    const stop = await startScan(/** @type {HTMLVideoElement} */ (need("video", panel)), (text) => {
      const { code, foreign } = scanned(text, location.origin);
      if (code) found(code);
      else if (foreign) say("scan_foreign", { host: foreign });
      else say("scan_other");
      return Boolean(code);
    });
    need("[data-action=stop-scan]", panel).addEventListener("click", () => { stop(); stopped(); }, { once: true });
    addEventListener("visibilitychange", () => { stop(); stopped(); }, { once: true });
  } catch (problem) {
    stopped();
    const { name } = /** @type {Error} */ (problem);
    const why = name === "NotAllowedError" ? "scan_denied" : name === "TypeError" ? "scan_unloaded" : "scan_no_camera";
    fill(panel, { invitation_problem: word(why) });
  }
}

/** @param {string} arrived with the address @param {() => Promise<void>} signedIn what follows */
export function acceptInvitations(arrived, signedIn) {
  const panel = need("#enrol-invitation");
  const scanning = (/** @type {boolean} */ on) => {
    show("[data-scanner]", on, panel);
    show("[data-not-scanning]", !on, panel);
  };
  const use = async (/** @type {string} */ code) => {
    scanning(false);
    fill(panel, { invitation_problem: "", invitation_busy: word("redeeming") });
    const problem = code ? await redeemed(code) : word("invitation_empty");
    fill(panel, { invitation_problem: problem, invitation_busy: "" });
    if (problem) return;
    arrived = "";
    show("[data-arrived]", false, panel);
    /** @type {HTMLFormElement} */ (need("form", panel)).reset();
    await signedIn();
  };
  const announce = () => {
    show("[data-arrived]", arrived !== "", panel);
    if (arrived) panel.scrollIntoView({ block: "start" });
  };
  panel.hidden = false;
  show("[data-elsewhere]", "standalone" in navigator && !navigator.standalone, panel);
  announce();
  addEventListener("hashchange", () => { arrived = codeInAddress() || arrived; announce(); });
  need("[data-action=use-arrived]", panel).addEventListener("click", () => void use(arrived));
  need("[data-action=scan]", panel).addEventListener("click", () => {
    fill(panel, { invitation_problem: "", scan_says: "" });
    scanning(true);
    void scan(() => scanning(false), (code) => void use(code));
  });
  need("form", panel).addEventListener("submit", (event) => {
    event.preventDefault();
    void use(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("invitation") ?? "").trim());
  });
}
