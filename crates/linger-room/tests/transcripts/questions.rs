//! Questions: what is the same question, and when it is answered.

use crate::script::play;
use expect_test::expect;

#[test]
fn two_people_who_ask_the_same_ask_one_question() {
    play(
        "
00:01  ann   say M码还有吗
00:02  bob   say what sizes do you have
00:03  ann   say 有没有大一点的尺码？
",
        &expect![[r#"
            00:01  ann   say M码还有吗              -> q1 about size; c1 by ann asks q1
            00:02  bob   say what sizes do you have -> c2 by bob asks q1
            00:03  ann   say 有没有大一点的尺码？   -> c3 by ann asks q1
        "#]],
    );
}

#[test]
fn the_same_words_about_another_item_are_another_question() {
    play(
        "
00:01  ops   list i2 20.00 Pot
00:02  host  pin i1
00:03  ann   say how much is it?
00:04  host  pin i2
00:05  bob   say how much is it?
",
        &expect![[r#"
            00:01  ops   list i2 20.00 Pot   -> i2 is "Pot" for 20.00
            00:02  host  pin i1              -> i1 on show
            00:03  ann   say how much is it? -> q1 about price of i1; c1 by ann asks q1
            00:04  host  pin i2              -> i1 off show; i2 on show
            00:05  bob   say how much is it? -> q2 about price of i2; c2 by bob asks q2
        "#]],
    );
}

#[test]
fn a_question_beyond_the_lexicon_is_known_by_its_words() {
    play(
        "
00:01  ann   say Is the cat yours?
00:02  bob   say is the CAT yours ？！
00:03  cat   say is the dog yours?
",
        &expect![[r#"
            00:01  ann   say Is the cat yours?     -> q1 about something else; c1 by ann asks q1
            00:02  bob   say is the CAT yours ？！ -> c2 by bob asks q1
            00:03  cat   say is the dog yours?     -> q2 about something else; c3 by cat asks q2
        "#]],
    );
}

#[test]
fn an_answer_in_writing_closes_its_question() {
    play(
        "
00:01  ann   say how much is it?
00:02  host  answer q1 ten yuan
00:03  mod   answer q1 ten yuan
00:04  mod   answer q7 ten yuan
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  host  answer q1 ten yuan  -> c2 by host answers q1; q1 answered in c2
            00:03  mod   answer q1 ten yuan  -> no: already-answered
            00:04  mod   answer q7 ten yuan  -> no: no-such-question
        "#]],
    );
}

#[test]
fn an_answer_on_air_closes_its_question() {
    play(
        "
00:01  ann   say how much is it?
00:02  mod   on-air q1
00:03  mod   on-air q1
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  mod   on-air q1           -> q1 answered on air
            00:03  mod   on-air q1           -> no: already-answered
        "#]],
    );
}

#[test]
fn a_question_asked_again_after_its_answer_is_a_new_one() {
    play(
        "
00:01  ann   say how much is it?
00:02  host  on-air q1
00:03  bob   say 多少钱
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  host  on-air q1           -> q1 answered on air
            00:03  bob   say 多少钱          -> q2 about price; c2 by bob asks q2
        "#]],
    );
}

#[test]
fn those_who_run_the_room_ask_no_questions() {
    play(
        "
00:01  host  say how much would you pay?
00:02  mod   say 大家要什么颜色？
",
        &expect![[r#"
            00:01  host  say how much would you pay? -> c1 by host
            00:02  mod   say 大家要什么颜色？        -> c2 by mod
        "#]],
    );
}

#[test]
fn a_viewer_answers_no_question() {
    play(
        "
00:01  ann   say how much is it?
00:02  bob   answer q1 ten yuan
",
        &expect![[r#"
            00:01  ann   say how much is it? -> q1 about price; c1 by ann asks q1
            00:02  bob   answer q1 ten yuan  -> no: not-allowed
        "#]],
    );
}

#[test]
fn the_same_question_in_other_words_is_one_question() {
    play(
        "
00:01  ann   say 你家猫叫什么名字呀
00:02  bob   say 猫咪叫啥
00:03  cat   say whats ur cats name
00:04  ann   say 怎么没声音？
00:05  bob   say why cant i hear anything
00:06  cat   say 下單多久發貨
00:07  ann   say when r u shipping out
",
        &expect![[r#"
            00:01  ann   say 你家猫叫什么名字呀       -> q1 about something else; c1 by ann asks q1
            00:02  bob   say 猫咪叫啥                 -> c2 by bob asks q1
            00:03  cat   say whats ur cats name       -> c3 by cat asks q1
            00:04  ann   say 怎么没声音？             -> q2 about something else; c4 by ann asks q2
            00:05  bob   say why cant i hear anything -> c5 by bob asks q2
            00:06  cat   say 下單多久發貨             -> q3 about shipping-time; c6 by cat asks q3
            00:07  ann   say when r u shipping out    -> c7 by ann asks q3
        "#]],
    );
}

#[test]
fn to_ask_for_an_explanation_is_to_ask_a_question() {
    play(
        "
00:01  ann   say 讲一下这个
00:02  bob   say can we see the back pls
00:03  cat   say 上链接上链接
00:04  ann   say 主播试穿好看
",
        &expect![[r#"
            00:01  ann   say 讲一下这个              -> q1 about explain; c1 by ann asks q1
            00:02  bob   say can we see the back pls -> c2 by bob asks q1
            00:03  cat   say 上链接上链接            -> c3 by cat
            00:04  ann   say 主播试穿好看            -> c4 by ann
        "#]],
    );
}

#[test]
fn who_names_a_link_asks_about_that_one_whatever_is_on_stage() {
    play(
        "
00:01  ops   list i2 20.00 Pot
00:02  host  pin i1
00:03  ann   say 3号链接多少钱
00:04  host  pin i2
00:04  bob   say how much is #3
00:05  cat   say 五号多少钱
00:06  ann   say 多少钱
",
        &expect![[r#"
            00:01  ops   list i2 20.00 Pot  -> i2 is "Pot" for 20.00
            00:02  host  pin i1             -> i1 on show
            00:03  ann   say 3号链接多少钱  -> q1 about price; c1 by ann asks q1
            00:04  host  pin i2             -> i1 off show; i2 on show
            00:04  bob   say how much is #3 -> c2 by bob asks q1
            00:05  cat   say 五号多少钱     -> q2 about price; c3 by cat asks q2
            00:06  ann   say 多少钱         -> q3 about price of i2; c4 by ann asks q3
        "#]],
    );
}

#[test]
fn wonder_and_cheers_ask_nothing() {
    play(
        "
00:01  ann   say 怎么这么好看
00:02  bob   say 谁懂啊
00:03  cat   say what a steal
00:04  ann   say i know how much it is
00:05  bob   say 666
",
        &expect![[r#"
            00:01  ann   say 怎么这么好看          -> c1 by ann
            00:02  bob   say 谁懂啊                -> c2 by bob
            00:03  cat   say what a steal          -> c3 by cat
            00:04  ann   say i know how much it is -> c4 by ann
            00:05  bob   say 666                   -> c5 by bob
        "#]],
    );
}
