// The story in six steps: what each sets, and the measured figures that its text says.

import { countOf, percentOf, yearOf } from "./words.js";

/**
 * @typedef {import("./study.js").Study} Study
 * @typedef {import("./study.js").Machines} Machines
 * @typedef {{ labels: number, operations: number, network: string }} Setting
 * @typedef {{ source: string, set: (study: Study, machines: Machines) => Setting, tell: (study: Study, machines: Machines) => Record<string, string | number> }} Step
 */

const [FIRST, LAYERS, STROKES, TODAY] = ["1958-perceptron", "1986-backprop", "1989-zip-code", "today"];
const [TREE, VECTORS] = ["decision-tree", "svm-rbf"];
const FEW = 200; // labels

/** @param {Study} study */
const all = (study) => study.sizes[study.sizes.length - 1];

/**
 * Error of a learner on the most labels up to a number.
 * @param {Study} study
 * @param {string} learner
 * @param {number} [labels]
 */
function find(study, learner, labels = Infinity) {
  const fit = study.stand(learner, labels, Infinity);
  if (!fit) throw new Error(`the study has no ${learner}`);
  return fit;
}

/**
 * @param {Study} study
 * @param {string} learner
 * @param {number} [labels]
 */
const error = (study, learner, labels) => percentOf(find(study, learner, labels).error);

/**
 * The most labels that a tree, support vectors and today's network all learned from.
 * @param {Study} study
 */
const findMany = (study) => Math.min(...[TREE, VECTORS, TODAY].map((learner) => find(study, learner).labels));

/**
 * Operations of the first machine in the days that a network may learn.
 * @param {Machines} machines
 */
const inDaysOfFirst = (machines) => machines.inDays(machines.data.machines[0].flops);

/** @type {Step[]} */
export const STEPS = [
  {
    source: "usps",
    set: (study, machines) => ({ labels: all(study), operations: inDaysOfFirst(machines), network: FIRST }),
    tell: (study, machines) => {
      const fit = study.stand(FIRST, Infinity, inDaysOfFirst(machines));
      return { labels: fit?.labels.toLocaleString() ?? "–", error: fit ? percentOf(fit.error) : "–", days: machines.data.days };
    },
  },
  {
    source: "usps",
    set: (study) => ({ labels: all(study), operations: study.most, network: LAYERS }),
    tell: (study) => ({ error: error(study, LAYERS), before: error(study, FIRST) }),
  },
  {
    source: "usps",
    set: (study) => ({ labels: all(study), operations: study.most, network: STROKES }),
    tell: (study) => ({ error: error(study, STROKES), published: percentOf(study.data.published[STROKES].error) }),
  },
  {
    source: "usps",
    set: (study) => ({ labels: FEW, operations: study.most, network: STROKES }),
    tell: (study) => ({
      labels: FEW,
      vectors: error(study, VECTORS, FEW),
      error: error(study, STROKES, FEW),
      today: error(study, TODAY, FEW),
      times: countOf((find(study, STROKES, FEW).fit_operations ?? 0) / (find(study, VECTORS, FEW).fit_operations ?? 1)),
    }),
  },
  {
    source: "mnist",
    set: (study) => ({ labels: findMany(study), operations: study.most, network: TODAY }),
    tell: (study) => ({
      few: FEW,
      many: findMany(study).toLocaleString(),
      tree: error(study, TREE, FEW),
      treeLast: error(study, TREE, findMany(study)),
      vectors: error(study, VECTORS, FEW),
      vectorsLast: error(study, VECTORS, findMany(study)),
      network: error(study, TODAY, FEW),
      networkLast: error(study, TODAY, findMany(study)),
    }),
  },
  {
    source: "usps",
    set: (study) => ({ labels: all(study), operations: find(study, TODAY).fit_operations ?? study.most, network: TODAY }),
    tell: (study, machines) => {
      const { operations } = machines.data.marks[0];
      return {
        error: error(study, TODAY),
        before: error(study, STROKES),
        year: yearOf(machines.findYear(find(study, TODAY).fit_operations ?? study.most)),
        operations: countOf(operations),
        photographs: yearOf(machines.findYear(operations)),
      };
    },
  },
];
