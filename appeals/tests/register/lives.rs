use crate::scenario::play;
use appeals::kind::Kind;
use appeals::law::LegalKind;
use expect_test::expect;

#[test]
fn a_life_from_the_call_to_the_confirmation() {
    let script = "
        11-23 10:00 caller register
        11-23 10:00 system evidence e1 confirmed
        11-23 11:00 handler/a begin
        11-23 11:05 handler/a ask_carrier carrier-a
        11-24 09:00 carrier/carrier-b carrier_reply не наш
        11-24 09:10 carrier/carrier-a carrier_reply выпуск снят
        11-24 09:20 handler/a draft АППК 76
        11-24 09:21 handler/a send
        11-24 09:22 handler/a submit
        11-24 09:23 handler/a send
        11-24 09:24 handler/a sign e1 not_confirmed
        11-24 09:25 handler/a sign e1 confirmed
        11-24 09:26 handler/a send
        11-24 10:00 stranger confirm
        11-25 10:00 applicant confirm
        11-25 10:01 applicant refute нет";
    let (appeal, told) = play(Kind::DidNotCome, None, script);
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-14, ServiceNorm until 2026-12-03, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26
        11-23 10:00 system evidence e1 confirmed: evidence_attached
        11-23 11:00 handler/a begin: → in_work, assigned, FirstTouch met
        11-23 11:05 handler/a ask_carrier carrier-a: → with_carrier, carrier_asked, CarrierReply until 2026-11-26
        11-24 09:00 carrier/carrier-b carrier_reply не наш: REFUSED not_own
        11-24 09:10 carrier/carrier-a carrier_reply выпуск снят: → in_work, carrier_replied, CarrierReply met
        11-24 09:20 handler/a draft АППК 76: → answer_draft, answer_drafted
        11-24 09:21 handler/a send: REFUSED invalid_transition
        11-24 09:22 handler/a submit: → answer_review
        11-24 09:23 handler/a send: REFUSED verdict_unsigned
        11-24 09:24 handler/a sign e1 not_confirmed: REFUSED override_reason_missing
        11-24 09:25 handler/a sign e1 confirmed: verdict_signed
        11-24 09:26 handler/a send: → answered, answer_sent, Review met, ServiceNorm met, RedirectDecision off, ApplicantConfirm until 2026-12-09
        11-24 10:00 stranger confirm: REFUSED not_own
        11-25 10:00 applicant confirm: → confirmed_by_applicant, ApplicantConfirm met
        11-25 10:01 applicant refute нет: REFUSED invalid_transition
    "#]].assert_eq(&told);
    assert_eq!(appeal.due_on.unwrap().to_string(), "2026-12-14");
}

#[test]
fn four_eyes_and_what_an_answer_must_have() {
    let script = "
        11-23 10:00 caller register
        11-23 10:05 dispatcher/d seen
        11-23 11:00 handler/a begin
        11-23 11:01 handler/a draft_en АППК 76
        11-23 11:02 handler/a submit
        11-23 11:03 handler/a draft
        11-23 11:04 handler/a submit
        11-23 11:05 handler/a draft АППК 76
        11-23 11:06 handler/a submit
        11-23 11:07 supervisor/b return_answer мягче
        11-23 11:08 supervisor/b draft АППК 76
        11-23 11:09 supervisor/b submit
        11-23 11:10 handler/a send
        11-23 11:11 handler/a approve
        11-23 11:12 supervisor/b approve
        11-23 11:13 head/c approve
        11-23 11:14 handler/a send";
    let (_, told) = play(Kind::DriverConduct, None, script);
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-14, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26, CctvHold until 2026-11-23
        11-23 10:05 dispatcher/d seen: REFUSED nothing_to_do
        11-23 11:00 handler/a begin: → in_work, assigned, FirstTouch met
        11-23 11:01 handler/a draft_en АППК 76: → answer_draft, answer_drafted
        11-23 11:02 handler/a submit: REFUSED answer_language
        11-23 11:03 handler/a draft: → answer_draft, answer_drafted
        11-23 11:04 handler/a submit: REFUSED legal_basis_missing
        11-23 11:05 handler/a draft АППК 76: → answer_draft, answer_drafted
        11-23 11:06 handler/a submit: → answer_review
        11-23 11:07 supervisor/b return_answer мягче: → answer_draft, answer_returned
        11-23 11:08 supervisor/b draft АППК 76: → answer_draft, answer_drafted
        11-23 11:09 supervisor/b submit: → answer_review
        11-23 11:10 handler/a send: REFUSED approval_missing
        11-23 11:11 handler/a approve: REFUSED not_permitted
        11-23 11:12 supervisor/b approve: REFUSED own_answer
        11-23 11:13 head/c approve: answer_approved
        11-23 11:14 handler/a send: → answered, answer_sent, Review met, RedirectDecision off, ApplicantConfirm until 2026-12-08
    "#]].assert_eq(&told);
}

#[test]
fn redirect_within_three_working_days_and_later_by_a_supervisor_only() {
    let script = "
        11-20 10:00 caller register
        11-25 17:00 consultant/k redirect по компетенции
        11-25 17:00 handler/a redirect
        11-25 23:59 handler/a redirect по компетенции";
    let (_, told) = play(Kind::SignalOrCrossingRequest, None, script);
    expect![[r#"
        11-20 10:00 caller register: registered, Review until 2026-12-11, FirstTouch until 2026-11-20, RedirectDecision until 2026-11-25
        11-25 17:00 consultant/k redirect по компетенции: REFUSED only_propose
        11-25 17:00 handler/a redirect: REFUSED reason_missing
        11-25 23:59 handler/a redirect по компетенции: → redirected, redirected, RedirectDecision met, Review met, FirstTouch met
    "#]].assert_eq(&told);
    let script = "
        11-20 10:00 caller register
        11-26 00:00 handler/a redirect по компетенции
        11-26 00:01 supervisor/b redirect по компетенции";
    let (_, told) = play(Kind::SignalOrCrossingRequest, None, script);
    expect![[r#"
        11-20 10:00 caller register: registered, Review until 2026-12-11, FirstTouch until 2026-11-20, RedirectDecision until 2026-11-25
        11-26 00:00 handler/a redirect по компетенции: REFUSED redirect_too_late
        11-26 00:01 supervisor/b redirect по компетенции: → redirected, redirected, RedirectDecision met, Review met, FirstTouch met
    "#]].assert_eq(&told);
}

#[test]
fn an_extension_on_the_last_day_and_not_after_it() {
    let script = "
        11-23 10:00 caller register
        12-14 09:00 handler/a propose_extension сложно
        12-14 09:01 handler/a extend 2027-01-15 сложно
        12-14 23:59 head/h extend 2027-01-25 сложно
        12-14 23:59 head/h extend 2026-12-14 сложно
        12-14 23:59 head/h extend 2027-01-20 сложно
        12-15 09:00 handler/a noticed
        12-15 09:01 head/h extend 2027-01-21 ещё";
    let (appeal, told) = play(Kind::Other, None, script);
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-14, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26
        12-14 09:00 handler/a propose_extension сложно: extension_proposed
        12-14 09:01 handler/a extend 2027-01-15 сложно: REFUSED only_propose
        12-14 23:59 head/h extend 2027-01-25 сложно: REFUSED extension_out_of_bounds
        12-14 23:59 head/h extend 2026-12-14 сложно: REFUSED extension_out_of_bounds
        12-14 23:59 head/h extend 2027-01-20 сложно: extended, Review off, ExtendedReview until 2027-01-20, ExtensionNotice until 2026-12-18
        12-15 09:00 handler/a noticed: ExtensionNotice met
        12-15 09:01 head/h extend 2027-01-21 ещё: REFUSED extended_before
    "#]].assert_eq(&told);
    assert!(appeal.due_provisional);
    let late = "
        11-23 10:00 caller register
        12-15 00:00 head/h extend 2027-01-20 сложно";
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-14, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26
        12-15 00:00 head/h extend 2027-01-20 сложно: REFUSED extend_too_late
    "#]].assert_eq(&play(Kind::Other, None, late).1);
    let complaint = "
        11-23 10:00 caller register
        11-24 10:00 head/h extend 2027-01-20 сложно";
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-22, FirstTouch until 2026-11-23
        11-24 10:00 head/h extend 2027-01-20 сложно: REFUSED not_extendable
    "#]].assert_eq(&play(Kind::Other, Some(LegalKind::Complaint), complaint).1);
}

#[test]
fn the_laws_clock_runs_while_the_applicant_is_asked() {
    let script = "
        11-23 10:00 caller register
        11-23 11:00 handler/a begin
        11-23 11:01 handler/a ask_applicant какая остановка?
        11-26 09:00 applicant add_info Саина
        11-27 09:00 handler/a not_consider
        11-27 09:00 controller/c not_consider пусто";
    let (_, told) = play(Kind::Late, None, script);
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-14, ServiceNorm until 2026-12-03, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26
        11-23 11:00 handler/a begin: → in_work, assigned, FirstTouch met
        11-23 11:01 handler/a ask_applicant какая остановка?: → need_info, applicant_asked, ServiceNorm stands
        11-26 09:00 applicant add_info Саина: info_added, → in_work, ServiceNorm now until 2026-12-08
        11-27 09:00 handler/a not_consider: REFUSED only_propose
        11-27 09:00 controller/c not_consider пусто: REFUSED invalid_transition
    "#]].assert_eq(&told);
}

#[test]
fn a_signal_without_a_name_has_no_term_and_a_danger_is_never_set_aside() {
    let script = "
        11-21 10:00 nobody register
        11-21 10:10 dispatcher/d seen
        11-23 09:00 controller/c not_consider пусто
        11-23 09:01 operator/o answer_at_once АППК 76
        11-23 10:00 handler/a begin";
    let (appeal, told) = play(Kind::Speeding, None, script);
    expect![[r#"
        11-21 10:00 nobody register: registered, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26, SafetyAck until 2026-11-21, CctvHold until 2026-11-21
        11-21 10:10 dispatcher/d seen: SafetyAck met
        11-23 09:00 controller/c not_consider пусто: REFUSED safety
        11-23 09:01 operator/o answer_at_once АППК 76: REFUSED verdict_unsigned
        11-23 10:00 handler/a begin: → in_work, assigned, FirstTouch met
    "#]].assert_eq(&told);
    assert_eq!(appeal.legal_kind, LegalKind::Signal);
    assert_eq!(appeal.due_on, None);
    assert_eq!(appeal.registered_on.to_string(), "2026-11-23", "a Saturday's call");
}

#[test]
fn a_disputed_answer_asks_for_a_new_appeal_and_newer_evidence_for_a_new_signature() {
    let script = "
        11-23 10:00 caller register
        11-23 10:00 system evidence e1 not_confirmed
        11-23 10:30 handler/a begin
        11-23 10:31 handler/a sign e1 not_confirmed
        11-23 10:32 handler/a draft АППК 76
        11-23 10:33 handler/a submit
        11-23 12:00 system evidence e2 confirmed
        11-23 12:01 handler/a send
        11-23 12:02 handler/a sign e1 confirmed
        11-23 12:03 handler/a sign e2 confirmed
        11-23 12:04 handler/a send
        11-23 12:05 handler/a track
        11-24 10:00 applicant refute автобуса всё нет
        11-24 10:01 handler/a begin";
    let (_, told) = play(Kind::LongWait, None, script);
    expect![[r#"
        11-23 10:00 caller register: registered, Review until 2026-12-14, ServiceNorm until 2026-12-03, FirstTouch until 2026-11-23, RedirectDecision until 2026-11-26
        11-23 10:00 system evidence e1 not_confirmed: evidence_attached
        11-23 10:30 handler/a begin: → in_work, assigned, FirstTouch met
        11-23 10:31 handler/a sign e1 not_confirmed: verdict_signed
        11-23 10:32 handler/a draft АППК 76: → answer_draft, answer_drafted
        11-23 10:33 handler/a submit: → answer_review
        11-23 12:00 system evidence e2 confirmed: evidence_attached
        11-23 12:01 handler/a send: REFUSED verdict_superseded
        11-23 12:02 handler/a sign e1 confirmed: REFUSED other_evidence
        11-23 12:03 handler/a sign e2 confirmed: verdict_signed
        11-23 12:04 handler/a send: → answered, answer_sent, Review met, ServiceNorm met, RedirectDecision off, ApplicantConfirm until 2026-12-08
        11-23 12:05 handler/a track: measure_tracked
        11-24 10:00 applicant refute автобуса всё нет: → refuted_by_applicant, ApplicantConfirm met, repeat_due
        11-24 10:01 handler/a begin: REFUSED invalid_transition
    "#]].assert_eq(&told);
}
