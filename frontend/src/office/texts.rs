//! Texts of an area side by side in Kazakh, Russian and English.

/// Makes a struct of texts `Words` and `words(language)`, one line a text.
macro_rules! texts {
    ($($name:ident: $kk:literal, $ru:literal, $en:literal;)+) => {
        /// Texts in one language.
        pub(in crate::office) struct Words {
            $(pub $name: &'static str,)+
        }

        /// The texts of a language.
        pub(in crate::office) const fn words(language: $crate::page::Language) -> &'static Words {
            match language {
                $crate::page::Language::Kk => &Words { $($name: $kk,)+ },
                $crate::page::Language::Ru => &Words { $($name: $ru,)+ },
                $crate::page::Language::En => &Words { $($name: $en,)+ },
            }
        }
    };
}

/// Makes a look-up of codes: `name(language, code)`, the code itself where none is known.
macro_rules! codes {
    ($fn_name:ident: $($code:literal => $kk:literal, $ru:literal, $en:literal;)+) => {
        /// A code in the reader's words.
        pub(in crate::office) fn $fn_name(language: $crate::page::Language, code: &str) -> String {
            let words = match code {
                $($code => ($kk, $ru, $en),)+
                other => return other.to_owned(),
            };
            match language {
                $crate::page::Language::Kk => words.0,
                $crate::page::Language::Ru => words.1,
                $crate::page::Language::En => words.2,
            }
            .to_owned()
        }
    };
}

pub(super) use {codes, texts};
