//! What readers see: the API, pages and files, and the live WebSocket, over a small made-up city.

mod city;
mod frames;
mod http;
mod limits;
mod live;
mod openapi;
