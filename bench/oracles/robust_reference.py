"""Reference numbers for the robust figures and the Poisson intervals of linger-stats.

Owns: the values, and the calls of scipy. It does not know Linger's code.

    .venv/bin/python bench/oracles/robust_reference.py > crates/linger-stats/tests/reference/robust.json
"""

import json

import numpy as np
import scipy
from scipy import stats

drawn = np.random.default_rng(7).standard_t(2, 41) * 5 + 20
values = [round(float(it), 3) for it in drawn]
print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
            "garwood": [
                [
                    seen,
                    float(stats.chi2.ppf(0.025, 2 * seen) / 2) if seen else 0.0,
                    float(stats.chi2.ppf(0.975, 2 * seen + 2) / 2),
                ]
                for seen in (0, 1, 3, 10, 57, 1000)
            ],
            "values": values,
            "median": float(np.median(values)),
            "mad": float(stats.median_abs_deviation(values)),
        }
    )
)
