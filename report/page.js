// The page around the charts: what is marked and shown is the same in all of them. Text of users becomes text nodes, never markup.
'use strict';

const report = {data: JSON.parse(document.getElementById('data').textContent), marked: new Set(), charts: []};
const dark = matchMedia('(prefers-color-scheme: dark)');
let allEffects = false;
const mostEffects = 8;  // at first; a button shows the others
const mostRows = 1000;  // of the table

// ---- Elements --------------------------------------------------------------------------------------------------------------

function element(tag, content, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {}))
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  for (const part of [content].flat(2)) if (part !== undefined && part !== null) made.append(part);
  return made;
}
const digits = v => v === null || v === undefined ? '' : String(Number(Number(v).toPrecision(6)));
const time = s => s < 120 ? digits(Number(s.toPrecision(3))) + ' s' : s < 7200 ? Math.round(s / 60) + ' min' : Math.round(s / 360) / 10 + ' h';

// ---- A trial -----------------------------------------------------------------------------------------------------------------

function settingsOf(i) {
  const all = [];
  report.data.parameters.forEach((p, k) => {
    const v = report.data.trials.settings[k][i];
    if (v !== null) all.push({p, name: p.name, value: p.labels.length ? p.labels[v] : v});
  });
  return all;
}
function asJson(i) {
  return JSON.stringify(Object.fromEntries(settingsOf(i).map(s => [s.name, s.value])), null, 2);
}
// Designated initialisers, nested as the names are. What is no identifier of C++ stands in a comment.
function asCpp(i) {
  const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
  const literal = s => {
    const boolean = s.p.labels.length === 2 && s.p.labels.includes('true') && s.p.labels.includes('false');
    if (boolean || typeof s.value === 'number' && (s.p.kind === 'integer' || !Number.isInteger(s.value))) return String(s.value);
    return typeof s.value === 'number' ? (Math.abs(s.value) < 1e21 ? s.value + '.0' : String(s.value)) : JSON.stringify(s.value);
  };
  const tree = new Map();
  const strange = [];
  for (const s of settingsOf(i)) {
    const path = s.name.split('.');
    if (!path.every(part => identifier.test(part))) { strange.push(s); continue; }
    let at = tree;
    for (const part of path.slice(0, -1)) {
      if (!(at.get(part) instanceof Map)) at.set(part, new Map(at.has(part) ? [['', at.get(part)]] : []));
      at = at.get(part);
    }
    const last = path[path.length - 1];
    if (at.get(last) instanceof Map) at.get(last).set('', literal(s));
    else at.set(last, literal(s));
  }
  // A branch has the chosen alternative as its own value.
  const write = map => '{' + [...map].filter(([name]) => name !== '')
      .map(([name, v]) => '.' + name + ' = ' + (v instanceof Map ? (v.has('') ? '/* ' + v.get('') + ' */ ' : '') + write(v) : v)).join(', ') + '}';
  const clean = text => JSON.stringify(text).replace(/\*\//g, '* /');
  return write(tree) + strange.map(s => '  /* ' + clean(s.name) + ' = ' + clean(String(s.value)) + ' */').join('');
}
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {  // some browsers do so for files
    const area = element('textarea', text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  button.textContent = 'Copied';
}
function show(i) {
  const d = report.data, t = d.trials;
  const row = (name, value) => element('tr', [element('td', name), element('td', value)]);
  const code = element('pre', asCpp(i));
  const rows = [row('state', t.state[i] + (t.state[i] === 'complete' && !t.eligible[i] ? ', breaks a limit or lies outside' : '')), row('from', t.origin[i])];
  d.objectives.forEach((o, k) => t.values[k][i] !== null && rows.push(row(o.name, String(t.values[k][i]))));
  rows.push(row('seconds', String(t.seconds[i])));
  d.limits.forEach((l, k) => t.limits[k][i] !== null && rows.push(row(l.name, l.graded ? String(t.limits[k][i]) : t.limits[k][i] > 0 ? 'broken' : 'kept')));
  settingsOf(i).forEach(s => rows.push(row(s.name, String(s.value))));
  d.noteNames.forEach((name, k) => t.notes[k][i] !== '' && rows.push(row(name, t.notes[k][i])));
  if (d.why[i]) rows.push(row('why', d.why[i]));
  const box = element('section', [
    element('h2', 'Trial ' + t.number[i]),
    element('p', [element('button', 'Copy as C++', {id: 'copy-cpp', onclick: e => copy(asCpp(i), e.target)}), ' ',
                  element('button', 'Copy as JSON', {id: 'copy-json', onclick: e => copy(asJson(i), e.target)}), ' ',
                  element('button', 'Close', {onclick: hide})]),
    element('table', rows), code
  ], {class: 'trial', id: 'trial', role: 'dialog', 'aria-label': 'Trial ' + t.number[i], tabindex: '-1'});
  hide();
  document.body.append(box);
  box.focus();
}
function hide() {
  const box = document.getElementById('trial');
  if (box) box.remove();
}

// ---- Marks ---------------------------------------------------------------------------------------------------------------------

function mark(trials) {
  const next = new Set(trials);
  if (next.size === report.marked.size && [...next].every(i => report.marked.has(i))) return;
  report.marked = next;
  refresh();
}
function refresh() {
  const fresh = wanted();
  report.charts.forEach((c, n) => {
    c.spec = fresh[n];
    c.chart.setOption({series: c.spec.option.series});
  });
  document.getElementById('marked').textContent = report.marked.size ? report.marked.size + ' marked' : 'Drag over points to mark trials';
  document.getElementById('unmark').hidden = report.marked.size === 0;
  for (const row of document.querySelectorAll('tr[data-trial]')) row.classList.toggle('marked', report.marked.has(Number(row.dataset.trial)));
}

// ---- Charts --------------------------------------------------------------------------------------------------------------------

function wanted() {
  let effects = 0;
  return knoblessCharts(report.data, dark.matches ? 'dark' : 'light', report.marked)
      .filter(c => c.kind !== 'slice' || ++effects <= mostEffects || allEffects);
}

// The trials whose points lie in the dragged rectangle.
function within(spec, [[left, right], [low, high]]) {
  const points = spec.option.series.find(s => s.id === 'trials').data;
  return points.filter(p => p.value[0] >= left && p.value[0] <= right && p.value[1] >= low && p.value[1] <= high).map(p => p.trial);
}
function listen(c) {
  c.chart.on('click', p => { if (p.data && p.data.trial !== undefined) show(p.data.trial); });
  c.chart.on('brushEnd', p => mark(p.areas.length ? within(c.spec, p.areas[0].coordRange) : []));
  c.chart.on('axisareaselected', () => {
    const series = c.chart.getModel().getSeries()[0];
    const active = series.getRawIndicesByActiveState('active');
    const data = c.spec.option.series[0].data;
    mark(active.length === data.length ? [] : active.map(n => data[n].trial));
  });
}
// Arrows walk over the trials of a chart, Enter shows one, the space bar marks it.
function keys(c, event) {
  const series = c.spec.option.series.findIndex(s => (s.data || []).some(p => p.trial !== undefined));
  if (series < 0) return;
  const data = c.spec.option.series[series].data;
  const move = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  if (move) {
    c.at = ((c.at === undefined ? (move > 0 ? -1 : 0) : c.at) + move + data.length) % data.length;
    c.chart.dispatchAction({type: 'downplay', seriesIndex: series});
    c.chart.dispatchAction({type: 'highlight', seriesIndex: series, dataIndex: c.at});
    c.chart.dispatchAction({type: 'showTip', seriesIndex: series, dataIndex: c.at});
    document.getElementById('spoken').textContent = 'trial ' + report.data.trials.number[data[c.at].trial];
  } else if (event.key === 'Enter' && c.at !== undefined) {
    show(data[c.at].trial);
  } else if (event.key === ' ' && c.at !== undefined) {
    const next = new Set(report.marked);
    if (!next.delete(data[c.at].trial)) next.add(data[c.at].trial);
    mark(next);
  } else {
    return;
  }
  event.preventDefault();
}
function draw() {
  for (const c of report.charts) { c.watch.disconnect(); c.chart.dispose(); }
  report.charts = [];
  const place = document.getElementById('charts');
  place.replaceChildren();
  for (const spec of wanted()) {
    const box = element('div', null, {class: 'chart', role: 'img', tabindex: '0', 'aria-label': spec.title + '. ' + spec.note, 'data-kind': spec.kind});
    box.style.height = spec.height + 'px';
    place.append(element('figure', [element('h2', spec.title), element('p', spec.note), box], {class: spec.wide ? 'wide' : ''}));
    const chart = echarts.init(box, null, {renderer: report.data.trials.number.length > 300 ? 'canvas' : 'svg'});
    chart.setOption(spec.brush ? Object.assign({brush: {toolbox: [], throttleType: 'debounce', throttleDelay: 100, xAxisIndex: 0, brushLink: 'none', outOfBrush: {}}}, spec.option) : spec.option);
    const c = {chart, spec, box};
    if (spec.brush) chart.dispatchAction({type: 'takeGlobalCursor', key: 'brush', brushOption: {brushType: 'rect', brushMode: 'single'}});
    c.watch = new ResizeObserver(() => { chart.dispatchAction({type: 'hideTip'}); chart.resize(); });
    c.watch.observe(box);
    box.addEventListener('keydown', event => keys(c, event));
    listen(c);
    report.charts.push(c);
  }
  const more = report.data.marginals.length > mostEffects;
  document.getElementById('effects').hidden = !more;
  document.getElementById('effects').textContent = allEffects ? 'Fewer effects' : 'All ' + report.data.marginals.length + ' effects';
}

// ---- The page --------------------------------------------------------------------------------------------------------------------

function cards() {
  const d = report.data, t = d.trials, made = [];
  const card = (title, value, more, trial) => made.push(element('div', [
    element('p', title), element('b', value, {class: value.length > 14 ? 'long' : ''}), more ? element('p', more) : null,
    trial !== undefined ? element('button', 'Trial ' + t.number[trial], {onclick: () => show(trial)}) : null], {class: 'card'}));
  if (d.best !== null) card('best ' + d.objectives[0].name, String(t.values[0][d.best]), d.objectives[0].maximize ? 'higher is better' : 'lower is better', d.best);
  if (d.estimated !== null) card('best by estimate, since values are noisy', digits(d.estimated.value), 'what to use under noise', d.estimated.trial);
  if (d.front.trials.length) card('on the front', d.front.trials.length + ' trials', d.front.knee !== null ? 'its knee:' : '', d.front.knee !== null ? d.front.trials[d.front.knee] : undefined);
  card('trials', String(d.all), d.states.map(s => s[1] + ' ' + s[0]).join(', '));
  card('time', d.seconds > 0 ? time(d.seconds) : 'not measured', d.ending);
  if (d.gain !== null) card('still to be gained', digits(Number(d.gain.expected.toPrecision(3))), 'expected of as many trials again; worth it above ' + digits(Number(d.gain.worthwhile.toPrecision(3))));
  d.noise.forEach((n, k) => {
    const deviation = n.repeats !== null ? n.repeats : n.model;
    if (n.shown && deviation !== null) card('noise of ' + d.objectives[k].name, '\u00b1 ' + digits(Number(deviation.toPrecision(3))), n.repeats !== null ? n.repeated + ' points were repeated' : 'by the model');
  });
  const from = ['sampler', 'queue', 'added'].map(o => [o, t.origin.filter(x => x === o).length]).filter(o => o[1] > 0);
  if (from.length) card('proposed by', d.sampler || 'the sampler', from.map(o => o[1] + ' ' + {sampler: 'by the sampler', queue: 'from the queue', added: 'added'}[o[0]]).join(', '));
  return made;
}
function table() {
  const d = report.data, t = d.trials;
  const head = ['trial', 'state', ...d.objectives.map(o => o.name), ...d.parameters.map(p => p.name)];
  const rows = t.number.slice(0, mostRows).map((number, i) => element('tr', [
    element('td', String(number)), element('td', t.state[i]), d.objectives.map((_, k) => element('td', t.values[k][i] === null ? '' : String(t.values[k][i]))),
    d.parameters.map((p, k) => element('td', t.settings[k][i] === null ? '' : String(p.labels.length ? p.labels[t.settings[k][i]] : t.settings[k][i])))
  ], {tabindex: '0', 'data-trial': i, onclick: () => show(i), onkeydown: e => { if (e.key === 'Enter') show(i); }}));
  return element('div', element('table', [element('thead', element('tr', head.map(h => element('th', h, {scope: 'col'})))), element('tbody', rows)]), {class: 'table'});
}
function build() {
  const d = report.data;
  document.title = (d.name || 'knobless') + ': report';
  const main = document.querySelector('main');
  const open = main.querySelector('details') ? main.querySelector('details').open : false;
  main.replaceChildren(
    element('h1', d.name || 'Report of a search'),
    element('p', d.failures.trim() + (d.all > d.trials.number.length ? ' Charts have ' + d.trials.number.length + ' of ' + d.all + ' trials: the best, the extremes and an even share of the others.' : '')),
    element('div', cards(), {class: 'cards'}),
    element('div', [element('span', 'Drag over points to mark trials', {id: 'marked', role: 'status'}),
                    element('button', 'Unmark', {id: 'unmark', onclick: () => { mark([]); draw(); }}),
                    element('button', 'All effects', {id: 'effects', onclick: () => { allEffects = !allEffects; draw(); }})], {class: 'bar'}),
    element('div', null, {class: 'charts', id: 'charts'}),
    element('p', null, {id: 'spoken', 'aria-live': 'polite'})
  );
  const rest = element('details', element('summary', 'Table of trials' + (d.trials.number.length > mostRows ? ', the first ' + mostRows : '')));
  const fill = () => { if (rest.open && rest.children.length === 1) rest.append(table()); };
  rest.addEventListener('toggle', fill);
  rest.open = open;
  main.append(rest);
  document.getElementById('unmark').hidden = report.marked.size === 0;
  draw();
}
addEventListener('keydown', e => { if (e.key === 'Escape') { hide(); mark([]); } });
dark.addEventListener('change', draw);

// Where the page is served, it follows the search.
async function follow() {
  try {
    const answer = await fetch('data', {cache: 'no-store', headers: report.version ? {'If-None-Match': report.version} : {}});
    if (answer.status === 200) {
      report.data = await answer.json();
      report.version = answer.headers.get('ETag');
      report.marked = new Set();
      build();
    }
  } catch (gone) {}  // the server has ended: the page stays as it is
  setTimeout(follow, 2000);
}
build();
if (document.body.hasAttribute('data-live')) follow();
