//! Bars as SVG that takes its colours from the page. It does not know figures.

use super::{Chart, html::escaped};
use std::fmt::Write;

const ROW: usize = 34;
const WIDTH: usize = 360;

/// Bars under their labels, so that long words and narrow phones do not meet.
pub(super) fn bars(chart: &Chart) -> String {
    let most = chart.bars.iter().map(|it| it.1).fold(0.0_f64, f64::max);
    let height = ROW * chart.bars.len();
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(&chart.about)
    );
    for (nth, (label, value, figure)) in chart.bars.iter().enumerate() {
        let y = nth * ROW;
        let long = if most > 0.0 { (value.max(0.0) / most * WIDTH as f64).max(1.0) } else { 1.0 };
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{text}\" class=\"what\">{}</text><text x=\"{WIDTH}\" y=\"{text}\" class=\"how\">{}</text>\
             <rect x=\"0\" y=\"{bar}\" width=\"{WIDTH}\" height=\"8\" rx=\"4\" class=\"rail\"/>\
             <rect x=\"0\" y=\"{bar}\" width=\"{long:.1}\" height=\"8\" rx=\"4\" class=\"bar\"/>",
            escaped(label),
            escaped(figure),
            text = y + 14,
            bar = y + 19,
        );
    }
    svg.push_str("</svg>");
    svg
}
