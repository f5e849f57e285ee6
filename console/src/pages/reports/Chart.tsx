import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, use as useParts } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

useParts([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

/**
 * Colours that people with any kind of colour blindness tell apart, dark enough on white.
 * Okabe and Ito, "Color Universal Design", 2008; the yellow and the sky blue left out as too light.
 */
export const CHART_COLORS = ['#0072b2', '#d55e00', '#009e73', '#7a3e8f', '#8a6d00'];

/** A chart; redrawn when its data or size changes. */
export function Chart({ option, height = 300 }: { option: EChartsCoreOption; height?: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const made = init(element, undefined, { renderer: 'svg' });
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);

  return <div ref={frame} style={{ height, width: '100%' }} />;
}
