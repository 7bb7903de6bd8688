"""The back end a movement runs its phone banks and its bulk messaging on."""
