// What a study says: where each learner stands under a limit of data and compute, and where two of them cross.

/**
 * @typedef {{ learner: string, kind: string, labels: number, seeds: number, error: number, low: number, high: number, fit_operations: number | null, parameters: number | null }} Fit
 * @typedef {{ error: number, source: string, note: string }} Published
 * @typedef {{ source: string, chance: number, labels: { learn: number, test: number }, years: Record<string, number>, published: Record<string, Published>, fits: Fit[] }} StudyData
 * @typedef {{ name: string, year: number, flops: number, price: number, figure: string, source: string, url: string }} Machine
 * @typedef {{ car: number, days: number, prices: { index: Record<string, number> }, machines: Machine[], marks: { name: string, year: number, operations: number, source: string, url: string }[] }} MachineData
 * @typedef {{ labels: number, clear: boolean, from: number, first: string, then: string }} Crossing
 */

const NETWORKS = new Set(["network", "era"]);
/** Of each family the first that a study has: a tree, many trees, support vectors. */
const FAMILIES = [["decision-tree"], ["random-forest", "hist-gradient-boosting"], ["svm-rbf", "svm-linear"]];
const SECONDS_A_DAY = 86_400;
const BASE_YEAR = "2024";

export class Study {
  /** @param {StudyData} data */
  constructor(data) {
    this.data = data;
    /** @type {Map<string, Fit[]>} */
    this.fits = new Map();
    for (const fit of data.fits) this.fits.set(fit.learner, [...(this.fits.get(fit.learner) ?? []), fit]);
    for (const fits of this.fits.values()) fits.sort((a, b) => a.labels - b.labels);
    const networks = [...this.fits.keys()].filter((name) => NETWORKS.has(this.fitsOf(name)[0].kind));
    this.networks = networks.sort((a, b) => (data.years[a] ?? 9999) - (data.years[b] ?? 9999));
    const others = [...this.fits.keys()].filter((name) => !networks.includes(name));
    const known = FAMILIES.map((family) => family.find((name) => others.includes(name))).filter((name) => name !== undefined);
    this.others = known.length > 0 ? known : others.slice(0, FAMILIES.length);
    this.sizes = [...new Set(data.fits.map((fit) => fit.labels))].sort((a, b) => a - b);
    const operations = data.fits.flatMap((fit) => (fit.fit_operations ? [fit.fit_operations] : []));
    this.least = Math.min(...operations, 1e6);
    this.most = Math.max(...operations, 1e7);
  }

  /** @param {string} learner */
  fitsOf(learner) {
    return this.fits.get(learner) ?? [];
  }

  /**
   * Find where a learner stands: its fit on the most labels that data and compute allow.
   * @param {string} learner
   * @param {number} labels at most
   * @param {number} operations to learn, at most; what was not counted is always allowed
   */
  stand(learner, labels, operations) {
    return this.fitsOf(learner).findLast((fit) => fit.labels <= labels && (fit.fit_operations ?? 0) <= operations) ?? null;
  }

  /**
   * Find the sizes between which two learners change places, by their mean errors; the last such place.
   * @param {string} a
   * @param {string} b
   * @returns {Crossing | null}
   */
  findCrossing(a, b) {
    const shared = this.fitsOf(a).flatMap((one) => {
      const other = this.fitsOf(b).find((fit) => fit.labels === one.labels);
      return other ? [{ labels: one.labels, lead: other.error - one.error, clear: one.high < other.low || other.high < one.low }] : [];
    });
    for (let i = shared.length - 1; i > 0; i--) {
      const [before, after] = [shared[i - 1], shared[i]];
      if (before.lead * after.lead >= 0) continue;
      const part = before.lead / (before.lead - after.lead);
      const labels = Math.exp(Math.log(before.labels) + part * Math.log(after.labels / before.labels));
      const [first, then] = after.lead > 0 ? [b, a] : [a, b];
      const clear = shared.slice(0, i).some((one) => one.clear && one.lead * after.lead < 0) && shared.slice(i).some((one) => one.clear && one.lead * after.lead > 0);
      return { labels, clear, from: before.labels, first, then };
    }
    return null;
  }
}

/** What machines could do for the price of a car. */
export class Machines {
  /** @param {MachineData} data */
  constructor(data) {
    this.data = data;
    const { index } = data.prices;
    /** Operations a second for a car's price, of those that did more than all before them. */
    this.points = data.machines
      .map((machine) => ({ machine, year: machine.year, speed: (machine.flops * data.car) / (machine.price * (index[BASE_YEAR] / index[machine.year])) }))
      .sort((a, b) => a.year - b.year)
      .filter((point, i, all) => all.slice(0, i).every((before) => before.speed < point.speed));
  }

  /** Operations in the days that a network may learn, at a speed. @param {number} speed */
  inDays(speed) {
    return speed * this.data.days * SECONDS_A_DAY;
  }

  /**
   * Find the year in which a machine for the price of a car could do so many operations in these days.
   * @param {number} operations
   * @returns {{ year: number, early: boolean, late: boolean }} early: in that year or before; late: after it
   */
  findYear(operations) {
    const speed = operations / (this.data.days * SECONDS_A_DAY);
    const { points } = this;
    const right = points.findIndex((point) => point.speed >= speed);
    if (right === 0) return { year: points[0].year, early: true, late: false };
    if (right < 0) return { year: points[points.length - 1].year, early: false, late: true };
    const [a, b] = [points[right - 1], points[right]];
    const part = Math.log(speed / a.speed) / Math.log(b.speed / a.speed);
    return { year: Math.round(a.year + part * (b.year - a.year)), early: false, late: false };
  }

  /**
   * Operations that a machine for the price of a car could do in these days, in some year.
   * @param {number} year
   */
  findOperations(year) {
    const { points } = this;
    const right = points.findIndex((point) => point.year >= year);
    if (right === 0) return this.inDays(points[0].speed);
    if (right < 0) return this.inDays(points[points.length - 1].speed);
    const [a, b] = [points[right - 1], points[right]];
    return this.inDays(a.speed * (b.speed / a.speed) ** ((year - a.year) / (b.year - a.year)));
  }
}
