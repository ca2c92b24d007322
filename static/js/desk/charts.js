/**
 * Pictures of tables: each figure names a table that stands on the page, and
 * draws the cells that carry a value. The table is the truth; without this
 * file it stands alone. Styles go through the DOM, tooltips are drawn as
 * SVG text, so that the page's policy needs no exception.
 */

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const MOST_BARS = 20;

/** @typedef {{label: string, values: string[], note: string}} Row As its cells have it; a note says in words what a colour of its own means. */
/** @typedef {{names: string[], rows: Row[]}} Figures */

/** @param {HTMLTableElement} table @returns {Figures} what its cells with a value say, by their heads */
function read(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent?.replace("▾", "").trim() ?? "");
  const lines = [...table.tBodies[0].rows].map((line) => ({ line, cells: [...line.cells].filter((cell) => cell.dataset.value) }));
  const filled = lines.filter(({ cells }) => cells.length > 0);
  const names = filled[0]?.cells.map((cell) => heads[cell.cellIndex]) ?? [];
  const rows = filled.map(({ line, cells }) => ({
    label: line.querySelector("th")?.firstChild?.textContent?.trim() ?? "",
    values: cells.map((cell) => cell.dataset.value ?? ""),
    note: cells.map((cell) => cell.dataset.note ?? "").join(""),
  }));
  return { names, rows };
}

/** The page's own colours and letters, as they are in this light. */
function look() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const face = getComputedStyle(document.body).fontFamily;
  const text = { color: token("ink-2"), fontFamily: face, fontSize: 13 };
  return {
    base: { animation: false, textStyle: text, tooltip: { renderMode: /** @type {const} */ ("richText"), backgroundColor: token("paper"), borderColor: token("line"), textStyle: { ...text, color: token("ink") } } },
    axis: { axisLine: { lineStyle: { color: token("edge") } }, axisTick: { show: false }, axisLabel: text, splitLine: { lineStyle: { color: token("line") } } },
    text, colours: [token("brand"), token("pass"), token("larger")], fail: token("fail"),
  };
}

/** @param {Figures} figures */
function bars({ names, rows }) {
  const { base, axis, text, colours, fail } = look();
  const shown = rows.slice(0, MOST_BARS);
  return {
    ...base,
    grid: { left: 8, right: 96, top: 8, bottom: 8, containLabel: true },
    tooltip: { ...base.tooltip, trigger: "axis", axisPointer: { type: "none" } },
    xAxis: { type: "value", ...axis, axisLabel: { show: false } },
    yAxis: { type: "category", inverse: true, data: shown.map((row) => row.label), ...axis, axisLabel: { ...text, width: 180, overflow: "truncate" } },
    series: [{
      type: "bar", name: names[0], barMaxWidth: 18, label: { show: true, position: "right", ...text },
      data: shown.map(({ values: [value], note }) => ({
        value, itemStyle: { color: note ? fail : colours[0] }, label: { formatter: note ? `${value} ${note}` : value },
      })),
    }],
  };
}

const MARKS = ["circle", "triangle", "rect"];
const DASHES = ["solid", "dashed", "dotted"];

/** @param {Figures} figures Lines differ by mark and dash too: colour never speaks alone. */
function lines({ names, rows }) {
  const { base, axis, text, colours } = look();
  return {
    ...base,
    color: colours,
    grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
    legend: { top: 4, left: 0, textStyle: text, itemWidth: 32 },
    tooltip: { ...base.tooltip, trigger: "axis" },
    xAxis: { type: "category", data: rows.map((row) => row.label), ...axis },
    yAxis: { type: "value", minInterval: 1, ...axis },
    series: names.map((name, place) => ({
      type: "line", name, symbol: MARKS[place], symbolSize: 8, lineStyle: { type: DASHES[place], width: 2 }, data: rows.map((row) => row.values[place]),
    })),
  };
}

/** @param {HTMLElement} figure */
function draw(figure) {
  const table = document.getElementById(figure.dataset.of ?? "");
  if (!(table instanceof HTMLTableElement)) return;
  const figures = read(table);
  if (figures.rows.length === 0) return;
  const isBars = figure.dataset.chart === "bars";
  figure.hidden = false;
  const height = isBars ? 32 * Math.min(figures.rows.length, MOST_BARS) + 24 : 280;
  const chart = init(figure, null, { renderer: "svg", height });
  const paint = () => chart.setOption(/** @type {any} */ (isBars ? bars(figures) : lines(figures)), true);
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  new ResizeObserver(() => chart.resize({ width: figure.clientWidth, height })).observe(figure);
}

/** Draw every picture of the page. */
export async function open() {
  for (const figure of document.querySelectorAll("[data-chart]")) if (figure instanceof HTMLElement) draw(figure);
}
