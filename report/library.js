// What the page needs of Apache ECharts, and no more: see build.
import * as echarts from 'echarts/core';
import {BarChart, CustomChart, HeatmapChart, LineChart, LinesChart, ParallelChart, ScatterChart} from 'echarts/charts';
import {AriaComponent, BrushComponent, GridComponent, LegendPlainComponent, ParallelComponent, TooltipComponent,
        VisualMapContinuousComponent} from 'echarts/components';
import {CanvasRenderer, SVGRenderer} from 'echarts/renderers';

echarts.use([BarChart, CustomChart, HeatmapChart, LineChart, LinesChart, ParallelChart, ScatterChart, AriaComponent,
             BrushComponent, GridComponent, LegendPlainComponent, ParallelComponent, TooltipComponent,
             VisualMapContinuousComponent, CanvasRenderer, SVGRenderer]);
globalThis.echarts = echarts;
