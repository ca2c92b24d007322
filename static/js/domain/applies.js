/** Whom a checklist is for 适用对象: what inspection/domain/applicability.py says, for the tablet. */

/** @typedef {{sectors: string[], venues: string[], high_risk: boolean, staff_at_least: number}} Applies */

/**
 * @param {Applies | undefined} applies @param {{sector: string, high_risk: boolean, venues?: string[], staff?: number | null}} unit
 * @returns {boolean} whether it is meant for the unit; what nobody knows shuts nothing out
 */
export function fits(applies, { sector, high_risk, venues = [], staff = null }) {
  if (!applies) return true;
  const placed = applies.sectors.includes(sector) || applies.venues.some((one) => venues.includes(one));
  const named = applies.sectors.length + applies.venues.length > 0;
  return (placed || !named) && (high_risk || !applies.high_risk) && (staff === null || staff >= applies.staff_at_least);
}
