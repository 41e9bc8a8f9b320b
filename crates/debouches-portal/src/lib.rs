//! stub
#![allow(missing_docs, unused_variables, clippy::all, clippy::todo, clippy::unused_async)]
use std::{path::PathBuf, net::SocketAddr};
pub struct PortalOptions { pub folder: PathBuf, pub address: SocketAddr, pub read_only: bool, pub allow_parquet: bool }
impl PortalOptions { pub fn new(folder: impl Into<PathBuf>) -> Self { todo!() } }
pub struct RunningPortal; impl RunningPortal { pub fn base_url(&self) -> String {todo!()} pub fn api_key(&self) -> &str{todo!()} pub fn organization(&self) -> &str{todo!()} pub async fn shutdown(self) -> Result<(), PortalError>{todo!()} }
pub async fn start(options: PortalOptions) -> Result<RunningPortal, PortalError>{todo!()}
#[derive(Debug, thiserror::Error)] #[error("x")] pub enum PortalError { X }
