//! What was found, drawn: how many stay with and without the rules, and each experiment's interval beside the truth. It does
//! not know how it was found.

use crate::told::Told;
use std::fmt::Write as _;

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 400.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 350.0;
const LEFT: (f64, f64) = (56.0, 420.0);
const RIGHT: (f64, f64) = (520.0, 890.0);
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#24292f}.s{font-size:11px;fill:#57606a}.b{font-weight:600}\
.a{stroke:#d0d7de;stroke-width:1}.w{fill:none;stroke:#8c959f;stroke-width:2}.r{fill:none;stroke:#0969da;stroke-width:2}\
.in{stroke:#8c959f;stroke-width:1.5}.out{stroke:#cf222e;stroke-width:2}.t{stroke:#0969da;stroke-width:1.5}";

/// The drawing, as SVG.
pub fn svg(told: &Told) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
         <style>{STYLE}</style><rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>"
    );
    text(&mut out, (LEFT.0, 24.0), "b", "Simulated people: a test bench, no result");
    staying(&mut out, told);
    intervals(&mut out, told);
    out.push_str("</svg>\n");
    out
}

fn text(out: &mut String, (x, y): (f64, f64), class: &str, text: &str) {
    let _ = write!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
}

fn line(out: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ =
        write!(out, "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
}

fn staying(out: &mut String, told: &Told) {
    text(out, (LEFT.0, 48.0), "", "Share still watching, by seconds of their stay");
    // Ages are drawn by their logarithm: half the people are gone within a minute.
    let last = told.staying.last().map_or(1.0, |it| f64::from(it.0) + 10.0);
    let x =
        |age: u32| LEFT.0 + (LEFT.1 - LEFT.0) * ((f64::from(age) + 10.0) / 10.0).ln() / (last / 10.0).ln();
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share;
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        line(out, "a", (LEFT.0, y(share)), (LEFT.1, y(share)));
        text(out, (LEFT.0 - 40.0, y(share) + 4.0), "s", &format!("{:.0} %", share * 100.0));
    }
    for age in [0, 10, 30, 60, 120, 300, 600, 1_800].into_iter().filter(|it| f64::from(*it) < last) {
        text(out, (x(age) - 6.0, BOTTOM + 18.0), "s", &age.to_string());
    }
    type Share = fn(&(u32, f64, f64)) -> f64;
    for (class, share) in [("w", (|it| it.1) as Share), ("r", (|it| it.2) as Share)] {
        let points: Vec<String> =
            told.staying.iter().map(|it| format!("{:.1},{:.1}", x(it.0), y(share(it)))).collect();
        let _ = write!(out, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
    }
    let key = |out: &mut String, at: f64, class: &str, words: &str| {
        line(out, class, (LEFT.1 - 130.0, at - 4.0), (LEFT.1 - 106.0, at - 4.0));
        text(out, (LEFT.1 - 100.0, at), "s", words);
    };
    key(out, TOP + 14.0, "r", "rules acting");
    key(out, TOP + 30.0, "w", "no rule acting");
}

fn intervals(out: &mut String, told: &Told) {
    let Some(metric) = told.experiments.first() else { return };
    let coverage = metric.coverage * 100.0;
    let head = format!("{}: intervals of the first experiments", metric.key);
    text(out, (RIGHT.0, 24.0), "", &head);
    let all = format!("{coverage:.1} % of {} hold the truth", metric.told);
    text(out, (RIGHT.0, 48.0), "", &all);
    let ends = metric.first.iter().flat_map(|it| [it.low, it.high]).chain([metric.truth, 0.0]);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), it| (low.min(it), high.max(it)));
    let room = (high - low).max(1e-6) * 0.05;
    let x = |it: f64| RIGHT.0 + (RIGHT.1 - RIGHT.0) * (it - low + room) / (high - low + 2.0 * room);
    let step = (BOTTOM - TOP) / metric.first.len().max(1) as f64;
    line(out, "a", (x(0.0), TOP), (x(0.0), BOTTOM));
    text(out, (x(0.0) - 8.0, BOTTOM + 18.0), "s", "0 %");
    for (place, it) in metric.first.iter().enumerate() {
        let y = TOP + step * (place as f64 + 0.5);
        line(out, if it.holds { "in" } else { "out" }, (x(it.low), y), (x(it.high), y));
    }
    line(out, "t", (x(metric.truth), TOP), (x(metric.truth), BOTTOM));
    let truth = format!("true: {:+.1} %", metric.truth * 100.0);
    text(out, (x(metric.truth) + 4.0, BOTTOM + 34.0), "s", &truth);
}
