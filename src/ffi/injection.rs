//! Panics and pauses on purpose, for the tests. The shipped library has none of it.
//!
//! Unit tests put an action on the calling thread; in a library with debug assertions the C tests
//! name a function in the environment variable `EOP_RELAY_INJECT_PANIC`.

/// Called inside every exported function, with its name, where a defect would do most harm: inside
/// the handle's lock where there is a handle.
#[cfg(not(any(test, debug_assertions)))]
#[inline]
pub(super) fn strike(_name: &'static str) {}

#[cfg(any(test, debug_assertions))]
pub(super) fn strike(name: &'static str) {
    #[cfg(test)]
    if let Some(action) = tests::take(name) {
        action();
    }
    let target = std::env::var_os("EOP_RELAY_INJECT_PANIC");
    assert!(target.is_none_or(|target| target != name), "injected into {name}");
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;

    type Action = Box<dyn FnOnce()>;

    thread_local! {
        static NEXT: RefCell<Option<(&'static str, Action)>> = const { RefCell::new(None) };
    }

    /// Runs `action` inside the next call of the exported function `name` on this thread.
    pub fn at_next_call_of(name: &'static str, action: impl FnOnce() + 'static) {
        NEXT.set(Some((name, Box::new(action))));
    }

    pub(super) fn take(name: &str) -> Option<Action> {
        NEXT.with_borrow_mut(|next| next.take_if(|(target, _)| *target == name))
            .map(|(_, action)| action)
    }
}
