// What each chart of a report shows: functions from the data of a search to options of Apache ECharts. No function here knows
// of a page, so that the same charts are drawn without one.
'use strict';

// Colours that people with any colour vision tell apart (Okabe and Ito, Color universal design, 2008), and a ramp that rises in
// lightness alone (cividis: Nunez, Anderton and Renslow, PLoS ONE 13(7), 2018).
const okabe = {blue: '#0072b2', orange: '#e69f00', green: '#009e73', red: '#d55e00', sky: '#56b4e9', purple: '#cc79a7'};
const ramp = ['#00224e', '#2a3f6d', '#575c6d', '#7c7b78', '#a59c74', '#d2c060', '#fee838'];
const looks = {
  light: {text: '#1b1f24', faint: '#6b7280', line: '#d6dae0', ground: '#ffffff', point: okabe.blue, best: okabe.red},
  dark: {text: '#e6e8eb', faint: '#9aa3ad', line: '#3a4048', ground: '#16191d', point: okabe.sky, best: okabe.orange}
};
const mostLines = 1000;  // of parallel coordinates: more is a blot

function knoblessCharts(data, lookName, marked) {
  const look = looks[lookName];
  const trials = data.trials;
  const count = trials.number.length;
  const some = marked.size > 0;
  const range = [...Array(count).keys()];

  // ---- Parts of options ------------------------------------------------------------------------------------------------

  // On a dark ground the darkest colours would not be seen.
  const shades = lookName === 'dark' ? ramp.slice(2) : ramp.slice(0, 6);
  const short = v => v === null || v === undefined ? '' : Math.abs(v) >= 1e5 || (v !== 0 && Math.abs(v) < 1e-3)
      ? Number(v).toExponential(2) : String(Number(Number(v).toPrecision(4)));
  const clip = text => text.length > 24 ? text.slice(0, 23) + '\u2026' : text;
  const escaped = text => String(text).replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');
  const setting = (k, i) => {
    const v = trials.settings[k][i];
    if (v === null) return '';
    return data.parameters[k].labels.length ? data.parameters[k].labels[v] : String(v);
  };
  // The text of a tooltip: names are of users, so all of it is escaped.
  const describe = i => {
    const lines = ['<b>trial ' + trials.number[i] + '</b> ' + trials.state[i]];
    data.objectives.forEach((o, k) => {
      if (trials.values[k][i] !== null) lines.push(escaped(clip(o.name)) + ' ' + short(trials.values[k][i]));
    });
    data.parameters.slice(0, 12).forEach((p, k) => {
      const value = setting(k, i);
      if (value !== '') lines.push(escaped(clip(p.name)) + ' = ' + escaped(clip(value)));
    });
    return lines.join('<br>');
  };
  const tooltip = {
    trigger: 'item', confine: true, backgroundColor: look.ground, borderColor: look.line,
    textStyle: {color: look.text, fontSize: 12},
    formatter: p => p.data && p.data.trial !== undefined ? describe(p.data.trial) : p.data && p.data.tip ? escaped(p.data.tip) : ''
  };
  const axis = (name, more) => Object.assign({
    name: clip(name), nameLocation: 'middle', nameGap: 28, nameTextStyle: {color: look.text},
    axisLabel: {color: look.faint, hideOverlap: true, formatter: v => typeof v === 'number' ? short(v) : clip(String(v))},
    axisLine: {lineStyle: {color: look.line}}, splitLine: {lineStyle: {color: look.line, opacity: 0.5}}
  }, more);
  const valueAxis = (name, more) => axis(name, Object.assign({type: 'value', scale: true, nameGap: 52}, more));
  // Of a parameter: levels have categories, numbers their scale.
  const parameterAxis = (k, more) => {
    const p = data.parameters[k];
    if (p.labels.length) return axis(p.name, Object.assign({type: 'category', data: p.labels}, more));
    const log = p.log && p.low > 0 && p.low < p.high;
    return axis(p.name, Object.assign({type: log ? 'log' : 'value', min: p.low, max: p.high}, more));
  };
  const grid = {left: 72, right: 18, top: 34, bottom: 46};
  const base = (more, described) => Object.assign({
    backgroundColor: 'transparent', animation: false, textStyle: {fontFamily: 'system-ui, sans-serif', color: look.text}, tooltip, grid,
    aria: {enabled: true, label: {description: described}}
  }, more);
  const legend = {top: 2, right: 8, textStyle: {color: look.text}, itemWidth: 14, itemHeight: 10, selectedMode: false};

  // A trial as a mark of a chart: its shape says its state, so that colour is not needed.
  const shapes = {complete: 'circle', pruned: 'triangle', failed: 'path://M0,0L2,2M0,2L2,0', foreign: 'diamond', running: 'emptyCircle'};
  const dot = (i, x, y) => {
    const made = {value: [x, y], trial: i};
    const shape = trials.state[i] === 'complete' && !trials.eligible[i] ? 'emptyCircle' : shapes[trials.state[i]];
    if (shape !== 'circle') made.symbol = shape;
    return made;
  };
  const dots = (of, x, y) => of.filter(i => x(i) !== null && y(i) !== null && y(i) !== undefined).map(i => dot(i, x(i), y(i)));
  // Marked ones again on top. Many are drawn in one go, which takes a tenth of the time, and then all are circles.
  const scatter = points => [
    {type: 'scatter', id: 'trials', data: points, z: 3, symbol: 'circle', symbolSize: count > 2000 ? 4 : 7, large: count > 2000,
     largeThreshold: 2000, progressive: 0, itemStyle: {color: look.point, opacity: some ? 0.15 : 0.75}},
    {type: 'scatter', id: 'marked', data: points.filter(p => marked.has(p.trial)), z: 5, symbol: 'circle', symbolSize: 11, silent: true,
     itemStyle: {color: look.best, opacity: 0.9, borderColor: look.text, borderWidth: 1}}
  ];
  const told = k => range.filter(i => trials.values[k][i] !== null);

  const charts = [];
  const add = (kind, title, note, height, option, more) =>
      charts.push(Object.assign({kind, title, note, height, option: base(option, title + '. ' + note)}, more));

  // ---- How good, and when ----------------------------------------------------------------------------------------------

  const step = (name, at, last) => ({
    type: 'line', id: 'best', name, step: 'end', symbol: 'none', silent: true, lineStyle: {color: look.best, width: 2}, z: 4,
    data: at.length && last !== null ? at.concat([[Math.max(last, at[at.length - 1][0]), at[at.length - 1][1]]]) : at
  });
  const history = (kind, where, x, last) => data.objectives.forEach((o, k) => {
    const best = k === 0 ? data.bestSoFar.map(i => [x(i), trials.values[0][i]]) : [];
    const points = dots(told(k), x, i => trials.values[k][i]);
    if (!points.length) return;
    add(kind, clip(o.name) + ' by ' + where, (o.maximize ? 'Higher' : 'Lower') + ' is better. Triangles were stopped early, hollow ' +
        'circles break a limit' + (best.length ? '; the line is the best so far.' : '.'), 300,
        {xAxis: axis(where === 'trial' ? 'trial' : 'seconds', {type: 'value', min: 0}), yAxis: valueAxis(o.name),
         series: scatter(points).concat(best.length ? [step('best so far', best, last)] : [])}, {brush: true});
  });
  history('history', 'trial', i => trials.number[i], count ? Math.max(...[0, count - 1].map(i => trials.number[i])) : null);
  const end = trials.ended.reduce((a, b) => Math.max(a, b), 0);
  if (end > 0) history('time', 'time', i => trials.ended[i], end);

  // ---- What mattered -----------------------------------------------------------------------------------------------------

  data.importance.forEach((shares, objective) => {
    if (!shares.overall.length) return;
    const order = data.parameters.map((_, k) => k).sort((a, b) => shares.overall[a] - shares.overall[b]).slice(-20);
    const bar = (name, of, colour, decal) => ({
      type: 'bar', name, data: order.map(k => ({value: of[k], tip: data.parameters[k].name + ': ' + short(100 * of[k]) + ' %, ' + name})),
      itemStyle: {color: colour, decal}
    });
    const series = [bar('all trials', shares.overall, look.point)];
    if (shares.best.length) series.push(bar('the better half', shares.best, okabe.orange, {symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4]}));
    add('importance', 'What mattered for ' + clip(data.objectives[objective].name), 'Shares of what explains whether a trial is good ' +
        '(PED-ANOVA).', 70 + 26 * order.length * series.length, {
      legend, grid: {left: 150, right: 24, top: 34, bottom: 34},
      xAxis: axis('', {type: 'value', min: 0}), yAxis: axis('', {type: 'category', data: order.map(k => data.parameters[k].name)}), series
    });
  });

  // ---- Effects -------------------------------------------------------------------------------------------------------------

  // The uncertainty of an effect: a band along numbers, a bar at each level.
  const uncertainty = (curve, band) => ({
    type: 'custom', id: 'uncertainty', silent: true, z: 1, clip: true,
    data: band ? [[curve[0][0], curve[0][1]]] : curve.map((_, i) => [curve[i][0], curve[i][1]]),
    renderItem: (params, api) => {
      const at = (i, v) => api.coord([curve[i][0], curve[i][v]]);
      if (band) {
        const points = curve.map((_, i) => at(i, 3)).concat(curve.map((_, i) => at(i, 2)).reverse());
        return {type: 'polygon', shape: {points}, style: {fill: look.point, opacity: 0.18}};
      }
      const [x, low] = at(params.dataIndex, 2);
      const high = at(params.dataIndex, 3)[1];
      return {type: 'rect', shape: {x: x - 5, y: high, width: 10, height: low - high}, style: {fill: look.point, opacity: 0.25}};
    }
  });
  const weight = e => data.importance[e.objective].overall.length ? data.importance[e.objective].overall[e.parameter] : 0;
  [...data.marginals].sort((a, b) => a.objective - b.objective || weight(b) - weight(a)).forEach(e => {
    const p = data.parameters[e.parameter];
    const o = data.objectives[e.objective];
    if (!e.curve.length) return;
    const levels = p.labels.length > 0;
    const all = dots(told(e.objective), i => trials.settings[e.parameter][i], i => trials.values[e.objective][i]);
    const mean = e.curve.map(c => ({value: [c[0], c[1]], tip: p.name + ' ' + (levels ? p.labels[c[0]] : short(c[0])) + ': ' +
                                    short(c[1]) + ', from ' + short(c[2]) + ' to ' + short(c[3])}));
    add('slice', clip(p.name) + ' and ' + clip(o.name), 'Points are trials. The line is the model\'s mean over all other parameters, ' +
        'the band one standard deviation.', 260, {
      xAxis: parameterAxis(e.parameter), yAxis: valueAxis(o.name),
      series: [uncertainty(e.curve, !levels), ...scatter(all),
               levels ? {type: 'scatter', id: 'mean', symbol: 'diamond', symbolSize: 12, itemStyle: {color: look.best}, data: mean, z: 4}
                      : {type: 'line', id: 'mean', symbolSize: 3, lineStyle: {color: look.best, width: 2}, itemStyle: {color: look.best},
                         data: mean, z: 4}]
    }, {brush: !levels});
  });

  data.surfaces.forEach(s => {
    const name = (k, v) => data.parameters[k].labels.length ? data.parameters[k].labels[v] : short(v);
    const [a, b] = [s.first, s.second];
    const cells = [];
    s.firstAt.forEach((_, i) => s.secondAt.forEach((_, j) => {
      const mean = s.mean[i * s.secondAt.length + j];
      if (mean !== null) cells.push({value: [i, j, mean], tip: data.parameters[a].name + ' ' + name(a, s.firstAt[i]) + ', ' +
                                     data.parameters[b].name + ' ' + name(b, s.secondAt[j]) + ': ' + short(mean)});
    }));
    const means = cells.map(c => c.value[2]);
    const better = data.objectives[s.objective].maximize;
    const colours = better ? ramp : [...ramp].reverse();
    add('contour', clip(data.parameters[a].name) + ' with ' + clip(data.parameters[b].name),
        'The model\'s mean of ' + clip(data.objectives[s.objective].name) + '; yellow is better.', 320, {
      grid: {left: 94, right: 84, top: 20, bottom: 46},
      xAxis: axis(data.parameters[a].name, {type: 'category', data: s.firstAt.map(v => name(a, v))}),
      yAxis: axis(data.parameters[b].name, {type: 'category', data: s.secondAt.map(v => name(b, v)), nameGap: 70}),
      visualMap: {type: 'continuous', min: Math.min(...means), max: Math.max(...means), inRange: {color: colours}, right: 4, top: 'middle',
                  itemHeight: 150, itemWidth: 12, textStyle: {color: look.text}, text: [short(Math.max(...means)), short(Math.min(...means))]},
      series: [{type: 'heatmap', id: 'surface', data: cells}]
    });
  });

  // ---- All parameters at once ----------------------------------------------------------------------------------------------

  const order = told(0).sort((a, b) => (trials.values[0][a] - trials.values[0][b]) * (data.objectives[0].maximize ? -1 : 1));
  if (order.length && data.parameters.length > 1) {
    const half = Math.floor(mostLines / 2);
    const rest = order.slice(half);
    const shown = order.length <= mostLines ? order
        : order.slice(0, half).concat(rest.filter((_, i) => i % Math.ceil(rest.length / half) === 0));
    const colour = rank => shades[Math.min(shades.length - 1, Math.floor((1 - rank / shown.length) * shades.length))];
    const axisText = {nameTextStyle: {color: look.text}, axisLabel: {color: look.faint, formatter: v => typeof v === 'number' ? short(v) : clip(String(v))},
                      axisLine: {lineStyle: {color: look.faint}}};
    const values = data.objectives.map((o, k) => Object.assign({dim: data.parameters.length + k, name: clip(o.name), type: 'value', scale: true}, axisText));
    const axes = data.parameters.map((p, k) => Object.assign(parameterAxis(k), {dim: k, nameLocation: 'end', nameGap: 12}, axisText))
        .concat(values).map((a, i, all) => {
          const most = Math.max(5, Math.floor(84 / all.length));
          return Object.assign(a, {name: a.name.length > most ? a.name.slice(0, most - 1) + '\u2026' : a.name});
        });
    add('parallel', 'All parameters', 'A line for each trial' + (shown.length < order.length ? ', ' + shown.length + ' of ' + order.length + ' of them' : '') +
        '; yellow is better. Drag along an axis to mark trials.', 340, {
      grid: undefined, parallel: {left: 54, right: 54, top: 40, bottom: 24, parallelAxisDefault: {realtime: false}}, parallelAxis: axes,
      series: [{type: 'parallel', id: 'trials', inactiveOpacity: 0.04, smooth: false, progressive: 0,
                data: shown.map((i, rank) => ({
                  trial: i,
                  value: data.parameters.map((p, k) => trials.settings[k][i] === null ? '-' : p.labels.length ? p.labels[trials.settings[k][i]] : trials.settings[k][i])
                      .concat(data.objectives.map((_, k) => trials.values[k][i])),
                  lineStyle: {color: marked.has(i) ? look.best : colour(rank), width: marked.has(i) ? 2.5 : 1.2,
                              opacity: some ? marked.has(i) ? 1 : 0.08 : rank < 10 ? 0.95 : 0.45}
                })).reverse()}]  // the best on top
    }, {wide: true, areas: true});
  }

  // ---- Intermediate values and rungs -----------------------------------------------------------------------------------------

  if (data.curves.length) {
    const line = c => {
      const on = marked.has(c.trial);
      const pruned = trials.state[c.trial] === 'pruned';
      return {coords: c.points.length > 1 ? c.points : [c.points[0], c.points[0]], trial: c.trial,
              lineStyle: {color: on ? look.best : pruned ? look.faint : look.point, width: on ? 2.5 : 1.2, type: pruned ? 'dashed' : 'solid',
                          opacity: some && !on ? 0.1 : 0.6}};
    };
    const all = data.curves.flatMap(c => c.points);
    const xs = all.map(p => p[0]), ys = all.map(p => p[1]);
    const least = a => a.reduce((x, y) => Math.min(x, y)), most = a => a.reduce((x, y) => Math.max(x, y));
    add('curves', 'Intermediate values', (data.curves.length < data.reporting ? data.curves.length + ' of ' + data.reporting + ' trials that report. ' : '') +
        'Dashed lines were stopped early.', 300, {
      xAxis: axis('step', {type: 'value', min: least(xs), max: most(xs)}), yAxis: valueAxis(data.objectives[0].name, {min: least(ys), max: most(ys)}),
      series: [{type: 'lines', id: 'curves', coordinateSystem: 'cartesian2d', polyline: true, data: data.curves.map(line), clip: true}]
    });
  }
  if (data.rungs.length) {
    const names = data.rungs.map(r => String(r.step));
    const bar = (name, field, colour, decal) => ({
      type: 'bar', name, itemStyle: {color: colour, decal},
      data: data.rungs.map(r => ({value: r[field], tip: 'step ' + r.step + ': ' + r.reached + ' came so far, ' + r.cut + ' were cut, ' + r.ahead +
                                  ' of them ahead of the later best' + (r.ahead ? ', by ' + short(r.lead) + ' at most' : '')}))
    });
    add('rungs', 'Where trials were cut', 'How many came as far as each step, how many ended there, and how many of these were ahead of the ' +
        'trial that became the best.', 280, {
      legend, xAxis: axis('step', {type: 'category', data: names}), yAxis: axis('trials', {type: 'value', nameGap: 40}),
      series: [bar('reached', 'reached', look.point), bar('cut', 'cut', okabe.orange, {symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4]}),
               bar('ahead of the best', 'ahead', okabe.purple, {symbol: 'circle', symbolSize: 0.6})]
    });
  }

  // ---- Several objectives, and limits ------------------------------------------------------------------------------------------

  const onFront = new Set(data.front.trials);
  for (let a = 0; a < data.objectives.length && a < 3; ++a)
    for (let b = a + 1; b < data.objectives.length && b < 3; ++b) {
      const points = dots(told(a), i => trials.values[a][i], i => trials.values[b][i]);
      const front = [...onFront].sort((i, j) => trials.values[a][i] - trials.values[a][j])
          .map(i => ({value: [trials.values[a][i], trials.values[b][i]], trial: i,
                      symbol: i === data.front.trials[data.front.knee] ? 'diamond' : 'circle',
                      symbolSize: i === data.front.trials[data.front.knee] ? 14 : 7}));
      add('front', clip(data.objectives[a].name) + ' against ' + clip(data.objectives[b].name), onFront.size + ' trials are on the front; the ' +
          'diamond is its knee.', 340, {
        xAxis: axis(data.objectives[a].name, {type: 'value', scale: true}), yAxis: valueAxis(data.objectives[b].name),
        series: [...scatter(points),
                 {type: data.objectives.length === 2 ? 'line' : 'scatter', id: 'front', name: 'front', data: front, z: 4,
                  lineStyle: {color: look.best, width: 2, opacity: 0.8}, itemStyle: {color: look.best, opacity: some ? 0.5 : 1}}]
      }, {brush: true});
    }
  if (data.front.volume.length)
    add('volume', 'Hypervolume', 'What the front is better than, up to (' + data.front.reference.map(short).join(', ') + ').', 260, {
      xAxis: axis('trial', {type: 'value', min: 0}), yAxis: valueAxis('hypervolume'),
      series: [step('hypervolume', data.front.volume.map(v => [trials.number[v[0]], v[1]]), count ? trials.number[count - 1] : null)]
    });
  if (data.limits.length) {
    const bar = (name, field, colour, decal) => ({
      type: 'bar', stack: 'all', name, itemStyle: {color: colour, decal},
      data: data.limits.map(l => ({value: l[field], tip: l.name + ': ' + l[field] + ' ' + name}))
    });
    add('limits', 'Limits', data.eligible + ' of ' + data.all + ' trials are complete and keep all limits.', 90 + 34 * data.limits.length, {
      legend, grid: {left: 150, right: 24, top: 34, bottom: 30}, xAxis: axis('', {type: 'value'}),
      yAxis: axis('', {type: 'category', data: data.limits.map(l => l.name)}),
      series: [bar('kept', 'kept', look.point), bar('broken', 'broken', okabe.orange, {symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4]}),
               bar('unknown', 'unknown', look.line)]
    });
  }

  // ---- Who worked when -----------------------------------------------------------------------------------------------------------

  if (data.work.length && end > 0) {
    const colours = {complete: look.point, pruned: okabe.orange, failed: okabe.red, running: okabe.green, foreign: look.faint};
    add('timeline', 'Workers', 'A bar for each trial, by who ran it; orange was stopped early, red failed, green runs.', 80 + Math.min(400, 26 * data.workers.length), {
      grid: {left: 110, right: 18, top: 14, bottom: 46},
      xAxis: axis('seconds', {type: 'value', min: 0, max: end}),
      yAxis: axis('', {type: 'category', data: data.workers}),
      series: [{
        type: 'custom', id: 'work', clip: true, progressive: 0, encode: {x: [1, 2], y: 0},
        data: data.work.map(w => ({value: [w[1], w[2], w[3]], trial: w[0]})),
        renderItem: (params, api) => {
          const from = api.coord([api.value(1), api.value(0)]);
          const to = api.coord([api.value(2), api.value(0)]);
          const height = Math.max(3, 0.7 * api.size([0, 1])[1]);
          const i = data.work[params.dataIndex][0];
          return {type: 'rect', shape: {x: from[0], y: from[1] - height / 2, width: Math.max(1, to[0] - from[0]), height},
                  style: {fill: marked.has(i) ? look.best : colours[trials.state[i]], opacity: some && !marked.has(i) ? 0.2 : 0.9, stroke: look.ground, lineWidth: to[0] - from[0] > 3 ? 1 : 0}};
        }
      }]
    }, {wide: true});
  }
  return charts;
}
