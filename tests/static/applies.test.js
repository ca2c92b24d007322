/** Whom a list is for: the tablet says what the server says. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fits } from "../../static/js/domain/applies.js";

const CASES = JSON.parse(readFileSync(new URL("../vectors/applies.json", import.meta.url), "utf8"));

test("a list fits the units that it names, and what nobody knows shuts nothing out", () => {
  for (const { name, applies, unit, fits: expected } of CASES) {
    const whole = { sectors: [], venues: [], high_risk: false, staff_at_least: 0, ...applies };
    assert.equal(fits(whole, unit), expected, name);
  }
  assert.equal(fits(undefined, { sector: "", high_risk: false }), true);
});
