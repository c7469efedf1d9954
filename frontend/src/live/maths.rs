//! Functions of angles. A browser has them; brought along they would be a tenth of the WebAssembly.

#[cfg(target_arch = "wasm32")]
use js_sys::Math;

/// Defines each function twice: the browser's, and Rust's own for tests on the host.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),+) = $browser:ident / $host:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) fn $name($($arg: f64),+) -> f64 {
            #[cfg(target_arch = "wasm32")]
            return Math::$browser($($arg),+);
            #[cfg(not(target_arch = "wasm32"))]
            return $host;
        }
    )+};
}

functions! {
    /// Of radians.
    cos(x) = cos / x.cos();
    /// Of radians.
    tan(x) = tan / x.tan();
    /// Inverse hyperbolic sine.
    asinh(x) = asinh / x.asinh();
    /// Radians, counter-clockwise from the x axis.
    atan2(y, x) = atan2 / y.atan2(x);
}
