"""The derivations of the chapters on classes, as data: each line, why it holds, and a hint before it."""

from ui.lesson import Step

# p(z|C), the class as a mixture of Gaussians.
MIXTURE = (
    Step(
        r"p(z\mid C) = \int p(z\mid x)\,p(x\mid C)\,dx",
        "**Marginalisation.** Any image of the class may be the one behind z. Weigh each image's distribution by how "
        "probable the image is. (Once x is known the class adds nothing: the encoder sees x alone.)",
    ),
    Step(
        r"\approx \frac{1}{|C|} \sum_{x\in C} p(z\mid x)",
        r"**Monte Carlo.** Nobody knows $p(x\mid C)$, but the class's images are samples of it, and an average over "
        "samples stands for the integral.",
        r"You cannot integrate over $p(x\mid C)$. What do you have of it?",
    ),
    Step(
        r"= \frac{1}{|C|} \sum_{x\in C} \mathcal N(z;\, \mu_x, \Lambda_x)",
        "**The encoder.** It answers every image with a Gaussian: mean $\\mu_x$, diagonal covariance $\\Lambda_x$. "
        "So the class is a **mixture of Gaussians**, one an image, all with the weight $1/|C|$.",
        "What does a VAE's encoder say when it is shown x?",
    ),
)

# μ_C, its mean.
MEAN = (
    Step(r"\mu_C = \int z\,p(z\mid C)\,dz", "The mean of a distribution, by definition."),
    Step(
        r"= \int z\,\frac{1}{|C|}\sum_{x\in C} \mathcal N(z;\,\mu_x,\Lambda_x)\,dz",
        "The class is the mixture of its images' Gaussians.",
        r"Put in what you know of $p(z\mid C)$ from the chapter before.",
    ),
    Step(
        r"= \frac{1}{|C|}\sum_{x\in C} \int z\,\mathcal N(z;\,\mu_x,\Lambda_x)\,dz",
        "The integral of a sum is the sum of the integrals, and 1/|C| does not depend on z.",
        "Sum and integral are both linear. Which of them can go outside?",
    ),
    Step(
        r"= \frac{1}{|C|}\sum_{x\in C} \mu_x",
        r"Each integral is the mean of a Gaussian. So $\mu_C$ is the plain average of the means.",
        "What is left in the integral is the definition of something you know.",
    ),
)

# E[zzᵀ], its second moment.
SECOND_MOMENT = (
    Step(r"\mathbb E[zz^\top] = \int zz^\top\,p(z\mid C)\,dz", "The second moment, by definition."),
    Step(
        r"= \frac{1}{|C|}\sum_{x\in C} \int zz^\top\,\mathcal N(z;\,\mu_x,\Lambda_x)\,dz",
        "The mixture put in, sum and integral exchanged: both steps as for the mean.",
        r"Go as far as you can by the steps that led to $\mu_C$.",
    ),
    Step(
        r"= \frac{1}{|C|}\sum_{x\in C} \bigl(\Lambda_x + \mu_x\mu_x^\top\bigr)",
        r"For one Gaussian $\Lambda_x = \mathbb E[zz^\top] - \mu_x\mu_x^\top$, solved for the second moment.",
        "For a single Gaussian you know the covariance. How do covariance and second moment hang together?",
    ),
)

# Σ_C, its covariance.
COVARIANCE = (
    Step(r"\Sigma_C = \mathbb E[zz^\top] - \mu_C\mu_C^\top", "The covariance, by definition."),
    Step(
        r"= \frac{1}{|C|}\sum_{x\in C} \bigl(\Lambda_x + \mu_x\mu_x^\top\bigr) - \mu_C\mu_C^\top",
        "The second moment from above.",
        r"Put $\mathbb E[zz^\top]$ in.",
    ),
    Step(
        r"= \underbrace{\tfrac{1}{|C|}\textstyle\sum_x \Lambda_x}_{\text{within images}}"
        r" + \underbrace{\tfrac{1}{|C|}\textstyle\sum_x (\mu_x-\mu_C)(\mu_x-\mu_C)^\top}_{\text{between images}}",
        "The **law of total covariance**: the average spread of an image, plus the spread of the images' means. "
        "Multiply the product out to see that it is the same.",
        r"Gather the terms with $\mu$. What kind of quantity are they together?",
    ),
)
