"""The recipe: what a run trains, on what, and how; read from TOML and checked before anything else happens."""
