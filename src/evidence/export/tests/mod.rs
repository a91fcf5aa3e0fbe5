mod certificates;
mod fixtures;
mod hostile;
mod properties;
mod round_trip;
mod samples;

use super::ExchangeObjects;

fn read(text: &str) -> ExchangeObjects {
    ExchangeObjects::from_bytes("export", text.as_bytes()).unwrap()
}
