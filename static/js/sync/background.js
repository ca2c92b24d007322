/**
 * Background Sync: Chromium calls the service worker when the network is back,
 * also with no page open; elsewhere nothing calls and the open page is all there
 * is. The worker does the same round as a page would, when no page is in sight.
 */

import { beginNewLog } from "../store/database.js";
import * as device from "../store/device.js";
import { Stopped, ping } from "./api.js";
import { send } from "./round.js";

/**
 * @param {readonly {visibilityState: string}[]} pages those that are open
 * @returns {Promise<unknown>} rejected when it did not get through, so that the browser calls again
 */
export async function sendInBackground(pages) {
  if (pages.some(({ visibilityState }) => visibilityState === "visible")) return;
  await navigator.locks.request("sync", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await beginNewLog(); // the browser may have been started for nothing else
    await device.setMeta("server_clock", await ping());
    await send();
    if ((await device.outbox()).some(({ state }) => state === "waiting")) throw new Stopped("unreachable");
  });
}
