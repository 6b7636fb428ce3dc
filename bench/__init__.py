"""The benchmarks: the product beside a floor measured in the same run, on the same data. They report and never gate."""
