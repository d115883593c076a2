"""Graded exercises as pure functions: a problem from a seed, its answer, and a diagnosis that names the mistake.

One module an exercise, each with the same five names:

    MISTAKES                      dict: name of a mistake -> what to say to the student
    make_problem(seed)            fresh numbers, the same ones for the same seed, on which no two mistakes agree
    solve(problem)                the right Answer
    mistaken_answers(problem)     what each mistake gives: (part of the answer, names of mistakes, value)
    diagnose(problem, answer)     a Diagnosis: correct, or the mistakes by name

The modules need numpy, the standard library and `diagnosis.py` alone, so a notebook can carry their source.

    class_moments   mean and covariance of a class from its images' μ_x and Λ_x
    ellipse         volume, axes and angle of a 2 × 2 covariance
    likelihood      σ², β* and the ELBO from a batch's squared error and KL
"""
