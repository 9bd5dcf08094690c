"""Questions resolved by futures, forecasts sealed, scores, baselines: how good a forecast was once reality answered."""
