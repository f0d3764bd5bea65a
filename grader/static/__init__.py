"""What the text of a submission shows that values cannot: rules on the syntax trees of targets."""
