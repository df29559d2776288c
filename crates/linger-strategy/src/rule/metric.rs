//! The figures that a condition may name: what each is called, what it is a number of, between which bounds it lies and in
//! which scopes it has a meaning. It does not know how a figure is reckoned: `figures` does.

/// A figure of a room, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Metric {
    /// Stays that run.
    Here,
    /// Stays that began within the window.
    Joins,
    /// Stays that ended within the window because the viewer went.
    Leaves,
    /// People who leave, per person and minute, within the window.
    LeaveHazard,
    /// The same over the show before the window; unknown in its first five minutes.
    LeaveHazardUsual,
    /// Seconds that people who were there in the segment that is on were there in it, on average, so far.
    DwellS,
    /// The same in the segments of the show before, at the same age; unknown before there were two of them.
    DwellUsualS,
    /// Seconds since the segment that is on began.
    SegmentS,
    /// Comments per minute, within the window.
    CommentsPerMin,
    /// The same over the show before the window; unknown in its first five minutes.
    CommentsPerMinUsual,
    /// Likes per minute, within the window.
    LikesPerMin,
    /// Orders per minute, within the window.
    OrdersPerMin,
    /// Clicks on cards per minute, within the window.
    ClicksPerMin,
    /// Questions that nobody answered.
    OpenQuestions,
    /// Seconds since the oldest of them was asked; unknown when there is none.
    OldestQuestionS,
    /// Seconds since the host last did anything that the room saw; unknown while there is no picture.
    HostSilenceS,
    /// Time stalled, of the time watched, within the window; zero while nobody told of any.
    StallShare,
    /// Units left of the item whose card is over the picture; unknown when there is none.
    StockLeft,
    /// The same, of all the room has of it.
    StockShare,
    /// Seconds since the last climax, draw, activity or opening of a sale, or since the show began.
    SinceClimaxS,
    /// Seconds since the show began.
    ShowS,
    /// Seconds since somebody first came from the source.
    SourceAgeS,
    /// Seconds that the viewer has been here.
    StayS,
    /// Comments of the viewer in this show.
    ViewerComments,
    /// Orders of the viewer in this show.
    ViewerOrders,
    /// Different people who asked the question within the window and were not answered.
    Askers,
}

/// How a figure changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// Only with what happens.
    WithEvents,
    /// With what happens, and with every second.
    EachSecond,
    /// It grows with time, from a moment on that moves with what happens.
    WithTime,
}

/// What a rule looks at, without saying which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeKind {
    /// The room.
    Room,
    /// The segment that is on.
    Segment,
    /// Each source that people come from.
    Source,
    /// A group of viewers.
    Cohort,
    /// Each viewer.
    Viewer,
    /// Each open question.
    Question,
}

impl ScopeKind {
    /// Every kind.
    pub const ALL: [ScopeKind; 6] = [
        ScopeKind::Room,
        ScopeKind::Segment,
        ScopeKind::Source,
        ScopeKind::Cohort,
        ScopeKind::Viewer,
        ScopeKind::Question,
    ];

    /// The word used in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            ScopeKind::Room => "room",
            ScopeKind::Segment => "segment",
            ScopeKind::Source => "source",
            ScopeKind::Cohort => "cohort",
            ScopeKind::Viewer => "viewer",
            ScopeKind::Question => "question",
        }
    }
}

const COUNT_MAX: f64 = 10_000_000.0;
const SECONDS_MAX: f64 = 86_400.0;
use Metric::*;
use Moves::{EachSecond, WithEvents, WithTime};

impl Metric {
    /// Every metric, in the order of their numbers.
    pub const ALL: [Metric; 26] = [
        Here,
        Joins,
        Leaves,
        LeaveHazard,
        LeaveHazardUsual,
        DwellS,
        DwellUsualS,
        SegmentS,
        CommentsPerMin,
        CommentsPerMinUsual,
        LikesPerMin,
        OrdersPerMin,
        ClicksPerMin,
        OpenQuestions,
        OldestQuestionS,
        HostSilenceS,
        StallShare,
        StockLeft,
        StockShare,
        SinceClimaxS,
        ShowS,
        SourceAgeS,
        StayS,
        ViewerComments,
        ViewerOrders,
        Askers,
    ];

    /// The word used in rules.
    pub fn name(self) -> &'static str {
        match self {
            Here => "here",
            Joins => "joins",
            Leaves => "leaves",
            LeaveHazard => "leave_hazard",
            LeaveHazardUsual => "leave_hazard_usual",
            DwellS => "dwell_s",
            DwellUsualS => "dwell_usual_s",
            SegmentS => "segment_s",
            CommentsPerMin => "comments_per_min",
            CommentsPerMinUsual => "comments_per_min_usual",
            LikesPerMin => "likes_per_min",
            OrdersPerMin => "orders_per_min",
            ClicksPerMin => "clicks_per_min",
            OpenQuestions => "open_questions",
            OldestQuestionS => "oldest_question_s",
            HostSilenceS => "host_silence_s",
            StallShare => "stall_share",
            StockLeft => "stock_left",
            StockShare => "stock_share",
            SinceClimaxS => "since_climax_s",
            ShowS => "show_s",
            SourceAgeS => "source_age_s",
            StayS => "stay_s",
            ViewerComments => "viewer_comments",
            ViewerOrders => "viewer_orders",
            Askers => "askers",
        }
    }

    /// Reads the word back.
    pub fn parse(name: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What it is a number of.
    pub fn unit(self) -> &'static str {
        match self {
            Here | Joins | Leaves | Askers => "people",
            LeaveHazard | LeaveHazardUsual => "people per person and minute",
            DwellS | DwellUsualS | SegmentS | OldestQuestionS | HostSilenceS | SinceClimaxS | ShowS
            | SourceAgeS | StayS => "seconds",
            CommentsPerMin | CommentsPerMinUsual => "comments per minute",
            LikesPerMin => "likes per minute",
            OrdersPerMin => "orders per minute",
            ClicksPerMin => "clicks per minute",
            OpenQuestions => "questions",
            StallShare | StockShare => "share",
            StockLeft => "units",
            ViewerComments => "comments",
            ViewerOrders => "orders",
        }
    }

    /// The least and the most that it can be.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            StallShare | StockShare => (0.0, 1.0),
            DwellS | DwellUsualS | SegmentS | OldestQuestionS | HostSilenceS | SinceClimaxS | ShowS
            | SourceAgeS | StayS => (0.0, SECONDS_MAX),
            Askers => (0.0, 1_000.0),
            _ => (0.0, COUNT_MAX),
        }
    }

    /// How it changes.
    pub fn moves(self) -> Moves {
        match self {
            Here | OpenQuestions | StockLeft | StockShare | ViewerComments | ViewerOrders | Askers => {
                WithEvents
            }
            SegmentS | OldestQuestionS | HostSilenceS | SinceClimaxS | ShowS | SourceAgeS | StayS => WithTime,
            _ => EachSecond,
        }
    }

    /// Whether it is counted over the rule's window.
    pub fn is_windowed(self) -> bool {
        matches!(
            self,
            Joins
                | Leaves
                | LeaveHazard
                | LeaveHazardUsual
                | CommentsPerMin
                | CommentsPerMinUsual
                | LikesPerMin
                | OrdersPerMin
                | ClicksPerMin
                | StallShare
                | Askers
        )
    }

    /// Whether it has a meaning there. What is asked for each viewer may not change with every second: nothing looks at
    /// all viewers in turn.
    pub fn fits(self, scope: ScopeKind) -> bool {
        use ScopeKind::*;
        match self {
            Here => scope != Question,
            Joins | Leaves | LeaveHazard | LeaveHazardUsual | CommentsPerMin | CommentsPerMinUsual
            | OrdersPerMin => matches!(scope, Room | Segment | Source | Cohort),
            DwellS | DwellUsualS | SegmentS => matches!(scope, Room | Segment),
            LikesPerMin | ClicksPerMin | StallShare => matches!(scope, Room | Segment | Source | Cohort),
            OpenQuestions | StockLeft | StockShare => scope != Question,
            OldestQuestionS | HostSilenceS | SinceClimaxS | ShowS => {
                matches!(scope, Room | Segment | Source | Cohort)
            }
            SourceAgeS => scope == Source,
            StayS | ViewerComments | ViewerOrders => scope == Viewer,
            Askers => scope == Question,
        }
    }

    /// Its place in a set of metrics.
    pub fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

/// The metrics that change with every second.
pub(crate) fn each_second() -> u64 {
    Metric::ALL.into_iter().filter(|it| it.moves() == EachSecond).fold(0, |set, it| set | it.bit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_name_of_its_own_and_a_scope() {
        for (place, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, place);
            assert_eq!(Metric::parse(metric.name()), Some(metric));
            assert!(ScopeKind::ALL.into_iter().any(|scope| metric.fits(scope)), "{metric:?}");
        }
        assert_eq!(Metric::parse("luck"), None);
    }
}
