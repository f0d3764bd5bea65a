"""What students get of an assignment: starter and bundle, with the proof that they leak nothing."""
