//! Where an appeal is.

use crate::words::Language;
use serde::{Deserialize, Serialize};

macro_rules! statuses {
    ($($(#[$doc:meta])*
       $name:ident => $text:literal, $open311:ident, $kk:literal, $ru:literal, $en:literal;)+) => {
        /// Where an appeal is. What is extended, or has a measure under watch, is a flag beside it.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Status {
            $($(#[$doc])* $name,)+
        }

        impl Status {
            /// Every status.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name on the wire: snake case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Open311's word for it.
            #[allow(clippy::match_same_arms, reason = "one table")]
            pub const fn open311(self) -> Open311Status {
                match self { $(Self::$name => Open311Status::$open311,)+ }
            }

            /// What the public reads.
            pub const fn label(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::Kk) => $kk,
                      (Self::$name, Language::Ru) => $ru,
                      (Self::$name, Language::En) => $en,)+
                }
            }
        }
    };
}

/// Open311's two statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Open311Status {
    /// It is worked on.
    Open,
    /// It is done.
    Closed,
}

statuses! {
    /// In the register.
    Registered => "registered", Open, "Тіркелді", "Зарегистрировано", "Registered";
    /// It is known who works on it.
    Triaged => "triaged", Open,
        "Орындаушы белгіленді", "Определён исполнитель", "Assigned";
    /// Somebody works on it.
    InWork => "in_work", Open, "Қаралуда", "На рассмотрении", "Under review";
    /// The carrier was asked.
    WithCarrier => "with_carrier", Open,
        "Тасымалдаушыдан сұратылды", "Запрошено у перевозчика", "Carrier asked";
    /// The applicant was asked. The law's clock runs on.
    NeedInfo => "need_info", Open, "Нақтылау қажет", "Нужны уточнения", "Details needed";
    /// An answer is being written.
    AnswerDraft => "answer_draft", Open, "Жауап дайындалуда", "Готовится ответ", "Answer drafted";
    /// An answer waits for approval.
    AnswerReview => "answer_review", Open, "Қол қоюда", "На подписании", "Answer in review";
    /// The answer is out.
    Answered => "answered", Closed, "Жауап берілді", "Дан ответ", "Answered";
    /// Another body has it.
    Redirected => "redirected", Closed,
        "Құзыретіне қарай жолданды", "Передано по компетенции", "Passed to the competent body";
    /// The applicant says it is mended.
    ConfirmedByApplicant => "confirmed_by_applicant", Closed,
        "Өтініш беруші растады", "Подтверждено заявителем", "Confirmed by the applicant";
    /// The applicant says it is not: a new appeal carries on.
    RefutedByApplicant => "refuted_by_applicant", Closed,
        "Өтініш беруші келіспеді", "Оспорено заявителем", "Disputed by the applicant";
    /// Left without consideration, on a ground of the law.
    NotConsidered => "not_considered", Closed,
        "Қараусыз қалдырылды", "Оставлено без рассмотрения", "Left without consideration";
    /// Taken back.
    Withdrawn => "withdrawn", Closed,
        "Өтініш беруші қайтарып алды", "Отозвано заявителем", "Withdrawn";
    /// Given back: what the law asks for is missing.
    Returned => "returned", Closed, "Қайтарылды", "Возвращено", "Returned";
}

impl Status {
    /// The law's clock runs.
    pub const fn is_open(self) -> bool {
        matches!(self.open311(), Open311Status::Open)
    }

    /// Whether the register allows one to follow the other. Everything else is refused.
    pub const fn may_become(self, next: Self) -> bool {
        use Status as S;
        match self {
            S::Registered => matches!(
                next,
                S::Triaged
                    | S::InWork
                    | S::Redirected
                    | S::NotConsidered
                    | S::Withdrawn
                    | S::Returned
                    | S::Answered
            ),
            S::Triaged => {
                matches!(next, S::InWork | S::Redirected | S::Triaged | S::Withdrawn)
            }
            // Another desk may take over what somebody has begun.
            S::InWork => matches!(
                next,
                S::WithCarrier
                    | S::NeedInfo
                    | S::AnswerDraft
                    | S::Redirected
                    | S::Triaged
                    | S::Withdrawn
            ),
            S::WithCarrier => matches!(next, S::InWork | S::Withdrawn),
            S::NeedInfo => matches!(next, S::InWork | S::AnswerDraft | S::Withdrawn),
            S::AnswerDraft => matches!(next, S::AnswerDraft | S::AnswerReview | S::Withdrawn),
            S::AnswerReview => matches!(next, S::AnswerDraft | S::Answered),
            S::Answered => matches!(next, S::ConfirmedByApplicant | S::RefutedByApplicant),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_stays_closed_but_for_the_applicants_word() {
        for from in Status::ALL.iter().filter(|s| !s.is_open()) {
            for to in Status::ALL {
                let word = *from == Status::Answered
                    && matches!(to, Status::ConfirmedByApplicant | Status::RefutedByApplicant);
                assert_eq!(from.may_become(*to), word, "{from:?} {to:?}");
            }
        }
    }

    #[test]
    fn every_status_is_reached_and_named() {
        for status in Status::ALL {
            let reached = Status::ALL.iter().any(|from| from.may_become(*status));
            assert!(reached || *status == Status::Registered, "{status:?}");
            assert_eq!(serde_json::to_string(status).unwrap(), format!("\"{}\"", status.name()));
            assert!(Language::ALL.iter().all(|l| !status.label(*l).is_empty()));
        }
    }
}
